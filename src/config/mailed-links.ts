import { z } from 'zod'
import {
  type MailedPage,
  type MailedPages,
  mailedPages,
  ownPagesPath,
} from '../core/platform/mail/mailed-pages.model.ts'
import { area } from './area.ts'
import { builtPages } from './built-pages.ts'
import { isUrlOf, json } from './schemas.ts'
import { web } from './web.ts'

const names = Object.keys(mailedPages) as MailedPage[]

/** What staff read from a mail, in the console. */
const inConsole: Partial<Record<MailedPage, string>> = {
  staffForms: '/console/forms',
  staffReports: '/console/reports',
}
const staffPages = names.filter((name) => name in inConsole)

/** As `linkTo` takes it: what is added to it is a token, or the id of what staff are to see. */
const page = z
  .string()
  .refine(
    (text) => isUrlOf(['https:', 'http:'])(text) && /^[^/]+\/\/[^/?#@]+(?:\/[\w.-]{1,64}){1,6}$/.test(text),
    {
      message: 'must be the address of a page, such as https://portal.example.org/reset, without a query',
    },
  )

const PortalLinks = json('must be JSON').pipe(z.partialRecord(z.enum(names), page))

export const mailedLinks = area({
  title: 'Pages that mails lead to',
  settings: {
    PORTAL_LINKS: {
      schema: PortalLinks,
      fallback: '{}',
      example: '{"resetPassword":"https://portal.sdtoolsinc.org/auth/reset-password"}',
      says: `Pages of a front end that mails lead to, by name, as JSON: ${names.join(', ')}. What is secret comes as ?token=, the id of a form or a report as one more part of the path. Where a name is missing: with PORTAL_URL the documented path there, else the page that this API has itself; what staff read: the console.`,
    },
  },
  read(values, { read, warning }) {
    const { publicOrigin, portalOrigin, isPortalNamed } = read(web)
    const { isConsoleServed } = read(builtPages).app.builtPages
    const addressOf = (name: MailedPage): string => {
      const { inPortal, ours } = mailedPages[name]
      const mapped = values.PORTAL_LINKS[name]
      if (mapped !== undefined) return mapped
      const screen = inConsole[name]
      if (screen !== undefined && isConsoleServed && !isPortalNamed) return publicOrigin + screen
      if (inPortal !== null && (isPortalNamed || ours === null)) return portalOrigin + inPortal
      return `${publicOrigin}${ownPagesPath}/${ours}`
    }
    const nowhere = isConsoleServed || isPortalNamed || portalOrigin !== publicOrigin ? [] : staffPages
    const lost = nowhere.filter((name) => values.PORTAL_LINKS[name] === undefined)
    if (lost.length > 0)
      warning(
        `CONSOLE_PAGE: is off, so that mails to staff lead to ${publicOrigin}${lost.map((name) => mailedPages[name].inPortal).join(' and ')}, where nothing is. Name where they work in PORTAL_URL or PORTAL_LINKS, or leave the console on.`,
      )
    const pages = Object.fromEntries(names.map((name) => [name, addressOf(name)])) as MailedPages
    const unsubscribe = `${publicOrigin}${ownPagesPath}/${mailedPages.unsubscribe.ours}`
    return { pages, app: { mails: { pages, own: { pages: { unsubscribe } } } } }
  },
})

import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Auth } from '../../core/accounts/auth/auth.ts'
import type { Forms } from '../../core/forms/forms.ts'
import { AppError } from '../../core/kernel/errors.ts'
import type { Mails } from '../../core/notifications/mails/mails.ts'
import { ownPagesPath } from '../../core/platform/mail/mailed-pages.model.ts'
import type { Erasure } from '../../core/privacy/erasure/erasure.ts'
import type { Exports } from '../../core/privacy/exports/exports.ts'
import { whereFrom } from '../../http/csrf.ts'
import { statusOf, unsupportedMediaType } from '../../http/errors.ts'
import { readText, refuseUnsafeValues } from '../../http/json-body.ts'
import type { AppContext, AppEnv } from '../../http/request-context.ts'
import { showPage } from '../page-frame.ts'
import { accountPages } from './account-pages.ts'
import { deletionPage, referralPage } from './data-pages.ts'
import { exportPage } from './export-page.ts'
import { languages, otherOf, problemOf, wordsFor } from './languages.ts'
import { mailedPage } from './layout.ts'
import { isOneClick } from './one-click.ts'
import { type Asked, type Fields, type MailedPage, paragraph, type Shown } from './page.ts'
import { passkeyScript, passkeyScriptName } from './passkey-script.ts'
import { unsubscribePage } from './unsubscribe-page.ts'

const cookieName = 'mailedLink'
const keptSeconds = 15 * 60
const maxFormBytes = 8_192
const isToken = (text: string): boolean => /^[\w.~-]{1,200}$/.test(text)

/** A page that says a link is of no use any more, for what throws instead of telling. */
const isUnknownLink = (error: unknown): boolean =>
  error instanceof z.ZodError || (error instanceof AppError && error.kind === 'not_found')

async function fieldsOf(c: AppContext): Promise<Fields> {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(c.req.header('content-type') ?? ''))
    throw unsupportedMediaType()
  const fields = Object.fromEntries(new URLSearchParams(await readText(c, maxFormBytes)))
  refuseUnsafeValues(fields)
  return fields
}

/**
 * Pages of our own for what mails lead to, where no portal has them. The token of a link goes at once from the address into a
 * cookie that only that page is shown, so that no history, no picture of the screen and no link further on holds it; from there
 * into the form. They are made for whoever has nothing but a browser: both languages, and no script, but for what no form can do:
 * ask a device for a passkey.
 */
export function mailedPageRoutes(
  to: {
    readonly auth: Auth
    readonly erasure: Erasure
    readonly exports: Exports
    readonly forms: Forms
    readonly mails: Mails
  },
  {
    passwordMinLength,
    limited,
  }: { readonly passwordMinLength: number; readonly limited: MiddlewareHandler<AppEnv> },
) {
  const pages: readonly MailedPage[] = [
    ...accountPages(to.auth, passwordMinLength),
    deletionPage(to.erasure),
    exportPage(to.auth, to.exports),
    referralPage(to.forms),
    unsubscribePage(to.mails),
  ]

  function remember(c: AppContext, path: string, token: string | null): void {
    setCookie(c, cookieName, token ?? '', {
      httpOnly: true,
      secure: c.get('settings').cookies.isSecure,
      // The link is followed from a page of the mailbox: `Strict` would not come along.
      sameSite: 'Lax',
      path: `${ownPagesPath}/${path}`,
      maxAge: token === null ? 0 : keptSeconds,
    })
  }

  function keptFor(c: AppContext, { hasToken }: MailedPage): string {
    const kept = hasToken ? (getCookie(c, cookieName) ?? '') : ''
    return isToken(kept) ? kept : ''
  }

  function askedOf(c: AppContext, token: string): Asked {
    const words = wordsFor(c)
    const suffix = c.req.query('lang') === words.language ? `?lang=${words.language}` : ''
    const hrefOf = (path: string) => `${ownPagesPath}/${path}${suffix}`
    return { c, words, token, caller: c.get('caller'), hrefOf }
  }

  function answer(
    { c, words }: Asked,
    { path }: MailedPage,
    shown: Shown,
    status: Parameters<typeof showPage>[2] = 200,
  ) {
    // So that browsers name the page a form is sent from; nobody else is told.
    c.header('Referrer-Policy', 'same-origin')
    c.header('Vary', 'Origin, Accept-Language')
    const other = otherOf[words.language as keyof typeof otherOf]
    const href = `${ownPagesPath}/${path}?lang=${other}`
    return showPage(c, mailedPage(words, shown, { href, words: languages[other] }), status)
  }

  async function shownOf(page: MailedPage, asked: Asked): Promise<Shown> {
    const title = page.titleIn(asked.words)
    if (page.hasToken && asked.token === '') return { title, content: [paragraph(asked.words.openAgain)] }
    try {
      return await page.show(asked)
    } catch (error) {
      if (!isUnknownLink(error)) throw error
      return { title, content: [paragraph(asked.words.expired)] }
    }
  }

  const routes = new OpenAPIHono<AppEnv>()
  routes.get(`/${passkeyScriptName}`, (c) => passkeyScript(c))
  for (const page of pages) {
    routes.get(`/${page.path}`, async (c) => {
      const given = c.req.query('token')
      if (given !== undefined) {
        if (isToken(given)) remember(c, page.path, given)
        return c.redirect(askedOf(c, '').hrefOf(page.path), 303)
      }
      const asked = askedOf(c, keptFor(c, page))
      return answer(asked, page, await shownOf(page, asked))
    })
    routes.post(`/${page.path}`, async (c) => {
      let asked = askedOf(c, keptFor(c, page))
      const given = c.req.query('token')
      try {
        if (page.actAtOnce && given !== undefined) {
          asked = askedOf(c, isToken(given) ? given : '')
          if (!(await isOneClick(c))) throw new AppError('invalid', 'validation_error', 'Not valid.')
          return await answer(asked, page, await page.actAtOnce(asked))
        }
        await limited(c, async () => undefined)
        if (whereFrom(c) === 'foreign') throw new AppError('forbidden', 'csrf_failed', 'Not from this page.')
        const fields = await fieldsOf(c)
        const { token = '' } = fields
        asked = askedOf(c, page.hasToken && isToken(token) ? token : '')
        const shown = await page.act(asked, fields)
        if (page.hasToken) remember(c, page.path, null)
        return await answer(asked, page, shown)
      } catch (error) {
        const isOfForm = error instanceof z.ZodError
        if (!isOfForm && !(error instanceof AppError)) throw error
        const told = isOfForm ? new AppError('invalid', 'validation_error', 'Not valid.') : error
        const shown = await shownOf(page, asked)
        if (given !== undefined && told.kind === 'not_found') await limited(c, async () => undefined)
        // Of a link that leads nowhere the page says it all.
        const isLink = told.code === 'invalid_token' || (page.hasToken && told.kind === 'not_found')
        const problem = isLink ? undefined : problemOf(asked.words, told, passwordMinLength)
        return answer(asked, page, problem === undefined ? shown : { ...shown, problem }, statusOf(told))
      }
    })
  }
  return routes
}

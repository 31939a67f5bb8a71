import { z } from 'zod'
import { area } from './area.ts'
import { builtPages } from './built-pages.ts'
import { limits } from './limits.ts'
import { wholeNumber } from './schemas.ts'
import { server } from './server.ts'
import { web } from './web.ts'

const dayMs = 86_400_000

const pageUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/[?#]/.test(text), 'must have no query and no fragment')

export const chat = area({
  title: 'Chat',
  settings: {
    MESSAGE_RETENTION_DAYS: {
      schema: wholeNumber(0, 36_500),
      fallback: '90',
      says: 'For how long chat messages are kept, from when they were sent; 0 keeps them, as under a legal hold.',
    },
    CHAT_URL: {
      schema: pageUrl,
      example: 'https://portal.sdtoolsinc.org/chat',
      says: 'The page where people chat, to which invitations lead. Unset: /chat of this API with CHAT_PAGE=on, else /chat of PORTAL_URL; outside production /dev/chat of this API.',
    },
  },
  owns: ['MESSAGE_RETENTION_'],
  read(values, { read }) {
    const { limited } = read(limits)
    const { portalOrigin, publicOrigin } = read(web)
    const isOurs = read(builtPages).app.builtPages.isChatServed
    const ownPage = isOurs
      ? `${publicOrigin}/chat`
      : read(server).isProduction
        ? `${portalOrigin}/chat`
        : `${publicOrigin}/dev/chat`
    return {
      app: {
        chat: {
          retentionMs: values.MESSAGE_RETENTION_DAYS === 0 ? null : values.MESSAGE_RETENTION_DAYS * dayMs,
          pageUrl: values.CHAT_URL ?? ownPage,
          limits: {
            send: [limited('chat.send.burst', 10, 10), limited('chat.send', 60, 60)],
            typing: [limited('chat.typing', 1, 3)],
            search: [limited('chat.search', 20, 60)],
            export: [limited('chat.export', 10, 3_600)],
            invite: [limited('chat.invite', 20, 3_600)],
            openInvitation: [limited('chat.open-invitation', 20, 60)],
          },
        },
      },
    }
  },
})

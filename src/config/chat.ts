import { area } from './area.ts'
import { limits } from './limits.ts'
import { wholeNumber } from './schemas.ts'

const dayMs = 86_400_000

export const chat = area({
  title: 'Chat',
  settings: {
    MESSAGE_RETENTION_DAYS: {
      schema: wholeNumber(0, 36_500),
      fallback: '90',
      says: 'For how long chat messages are kept, from when they were sent; 0 keeps them, as under a legal hold.',
    },
  },
  owns: ['MESSAGE_RETENTION_'],
  read(values, { read }) {
    const { limited } = read(limits)
    return {
      app: {
        chat: {
          retentionMs: values.MESSAGE_RETENTION_DAYS === 0 ? null : values.MESSAGE_RETENTION_DAYS * dayMs,
          limits: {
            send: [limited('chat.send.burst', 10, 10), limited('chat.send', 60, 60)],
            typing: [limited('chat.typing', 1, 3)],
            search: [limited('chat.search', 20, 60)],
            export: [limited('chat.export', 10, 3_600)],
          },
        },
      },
    }
  },
})

import { area } from './area.ts'
import { mailedLinks } from './mailed-links.ts'
import { wholeNumber } from './schemas.ts'

const dayMs = 86_400_000

export const privacy = area({
  title: 'Privacy',
  settings: {
    ERASURE_DELAY_DAYS: {
      schema: wholeNumber(0, 90),
      fallback: '7',
      says: 'For how long somebody who deletes their account can change their mind.',
    },
  },
  owns: ['ERASURE_'],
  read: (values, { read }) => ({
    app: {
      privacy: {
        erasureDelayMs: values.ERASURE_DELAY_DAYS * dayMs,
        pages: read(mailedLinks).pages,
      },
    },
  }),
})

import { area } from './area.ts'
import { wholeNumber } from './schemas.ts'
import { web } from './web.ts'

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
        portalOrigin: read(web).portalOrigin,
      },
    },
  }),
})

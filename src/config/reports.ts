import { area } from './area.ts'
import { limits } from './limits.ts'
import { mailedLinks } from './mailed-links.ts'
import { emailAddresses, wholeNumber } from './schemas.ts'

const dayMs = 86_400_000

export const reports = area({
  title: 'Reports of messages',
  settings: {
    REPORTS_NOTIFY: {
      schema: emailAddresses,
      fallback: '',
      example: 'safety@sdtoolsinc.org',
      says: 'Who is told that a message was reported: addresses, separated by commas.',
    },
    REPORTS_RETENTION_DAYS: {
      schema: wholeNumber(1, 36_500),
      fallback: '365',
      says: 'For how long a report and the message in it are kept after it was resolved.',
    },
  },
  owns: ['REPORTS_'],
  read(values, { read }) {
    const { limited } = read(limits)
    return {
      app: {
        reports: {
          notify: values.REPORTS_NOTIFY,
          retentionMs: values.REPORTS_RETENTION_DAYS * dayMs,
          pages: read(mailedLinks).pages,
          limits: [limited('reports', 20, 3_600)],
        },
      },
    }
  },
})

import { area } from './area.ts'
import { wholeNumber } from './schemas.ts'
import { web } from './web.ts'

const mebibyte = 1024 * 1024

export const files = area({
  title: 'Files',
  settings: {
    FILES_QUOTA_MB: {
      schema: wholeNumber(1, 1e7),
      fallback: '1024',
      says: 'Space for the files of one person, in MiB.',
    },
    FILES_AUTHOR_QUOTA_MB: {
      schema: wholeNumber(1, 1e7),
      fallback: '51200',
      says: 'The same for mentors and admins, who upload the videos of courses.',
    },
    FILES_ANONYMOUS_PER_HOUR: {
      schema: wholeNumber(1, 1e6),
      fallback: '20',
      says: 'Files for forms that one address may announce without an account.',
    },
  },
  owns: ['FILES_'],
  read: (values, { read }) => ({
    anonymousPerHour: values.FILES_ANONYMOUS_PER_HOUR,
    app: {
      files: {
        publicOrigin: read(web).publicOrigin,
        quotaBytes: values.FILES_QUOTA_MB * mebibyte,
        authorQuotaBytes: values.FILES_AUTHOR_QUOTA_MB * mebibyte,
      },
    },
  }),
})

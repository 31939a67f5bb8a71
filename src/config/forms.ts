import { z } from 'zod'
import { area } from './area.ts'
import { BusinessHours, holidays, timeZone } from './business-time.ts'
import { mailedLinks } from './mailed-links.ts'
import { emailAddresses, wholeNumber } from './schemas.ts'
import { web } from './web.ts'

const hourMs = 3_600_000

const RetentionDays = z.string().transform((text, context) => {
  const days = { contact: 0, interest: 0, referral: 0 }
  for (const part of text.split(',')) {
    const [, name, number] = /^\s*(contact|interest|referral):(\d{1,5})\s*$/.exec(part) ?? []
    if (name === undefined || Number(number) < 1) {
      context.addIssue('must be days for each form such as contact:730,interest:730,referral:2557')
      return z.NEVER
    }
    days[name as keyof typeof days] = Number(number)
  }
  if (Object.values(days).includes(0)) {
    context.addIssue('must name contact, interest and referral')
    return z.NEVER
  }
  return days
})

export const forms = area({
  title: 'Forms',
  settings: {
    FORMS_NOTIFY: {
      schema: emailAddresses,
      fallback: '',
      example: 'intake@sdtoolsinc.org',
      says: 'Who is told that a form came in: addresses, separated by commas.',
    },
    FORMS_ESCALATE: {
      schema: emailAddresses,
      example: 'director@sdtoolsinc.org',
      says: 'Who is told when nobody looked at a form in time. Unset: FORMS_NOTIFY.',
    },
    FORMS_RESPONSE_HOURS: {
      schema: wholeNumber(1, 1_000),
      fallback: '48',
      says: 'Business time within which somebody looks at a form.',
    },
    FORMS_BUSINESS_HOURS: {
      schema: BusinessHours,
      fallback: 'Mon-Fri 00:00-24:00',
      says: 'When business time passes. By default whole working days, so that 48 hours are two of them.',
    },
    FORMS_TIME_ZONE: {
      schema: timeZone,
      fallback: 'America/Los_Angeles',
      says: 'Where the organisation is: for business hours, the days and weeks of reports, and the year in a tracking number.',
    },
    FORMS_HOLIDAYS: {
      schema: holidays,
      fallback: '01-01,01-Mon-3,02-Mon-3,05-Mon-last,06-19,07-04,09-Mon-1,10-Mon-2,11-11,11-Thu-4,12-25',
      says: 'Days without business time: every year as 12-25 (on a weekend: observed on the nearest working day) or 11-Thu-4, the fourth Thursday of November, or 05-Mon-last; once as 2026-11-26.',
    },
    FORMS_RETENTION_DAYS: {
      schema: RetentionDays,
      fallback: 'contact:2557,interest:2557,referral:2557',
      says: 'For how long what was written in a form is kept.',
    },
    FORMS_RETENTION: {
      schema: z.enum(['report', 'erase']),
      fallback: 'erase',
      says: 'Whether the daily job erases what is past that, or only counts it in the log.',
    },
  },
  owns: ['FORMS_'],
  read(values, { read }) {
    const { publicOrigin, portalOrigin } = read(web)
    return {
      app: {
        forms: {
          publicOrigin,
          portalOrigin,
          pages: read(mailedLinks).pages,
          notify: values.FORMS_NOTIFY,
          escalate: values.FORMS_ESCALATE ?? values.FORMS_NOTIFY,
          responseMs: values.FORMS_RESPONSE_HOURS * hourMs,
          businessHours: {
            ...values.FORMS_BUSINESS_HOURS,
            timeZone: values.FORMS_TIME_ZONE,
            holidays: new Set(values.FORMS_HOLIDAYS),
          },
          retentionDays: values.FORMS_RETENTION_DAYS,
          isErasing: values.FORMS_RETENTION === 'erase',
        },
      },
    }
  },
})

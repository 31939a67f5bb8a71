import { z } from 'zod'
import { isEmailAddress, normalizeEmailAddress } from '../ports/email-address.ts'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { originOf, partsOf } from './connection-string.ts'
import { anyText, port } from './schemas.ts'
import { server } from './server.ts'

const connectionString = {
  becomes: ['COMMUNICATION_SERVICES_ENDPOINT', 'COMMUNICATION_SERVICES_ACCESS_KEY'],
  holds: 'endpoint=…;accesskey=…',
  readAs(text: string) {
    const parts = partsOf(text)
    const endpoint = originOf(parts.get('endpoint'))
    const key = parts.get('accesskey')
    return endpoint && key
      ? { COMMUNICATION_SERVICES_ENDPOINT: endpoint, COMMUNICATION_SERVICES_ACCESS_KEY: key }
      : null
  },
} as const

const bySmtp = {
  warns:
    'is not read. That service takes mail by SMTP too: set SMTP_HOST, SMTP_USER, SMTP_PASSWORD, MAIL_FROM.',
} as const

const isAddressInAnyCase = (text: string): boolean => isEmailAddress(text.toLowerCase())

/** In the case it is given in: whether that matters is for the service to say. */
const sender = z
  .string()
  .transform((text) => (isAddressInAnyCase(text) ? text : normalizeEmailAddress(text)))
  .refine(isAddressInAnyCase, 'must be an e-mail address')

export const mail = area({
  title: 'Mail',
  settings: {
    MAIL: {
      schema: z.enum(['memory', 'outbox', 'smtp', 'acs']),
      says: 'How mail is sent. Unset: smtp or acs when their settings are there, otherwise outbox. outbox and memory keep it and show it at /dev/mailbox; refused in production.',
    },
    MAIL_FROM: {
      schema: sender,
      example: 'no-reply@sdtoolsinc.org',
      says: 'The address that mail comes from: one that the mail server, or the Azure domain, may send as.',
    },
    SMTP_HOST: {
      schema: anyText,
      example: 'smtp.example.org',
      says: 'A mail server, which chooses MAIL=smtp.',
    },
    SMTP_PORT: { schema: port, fallback: '587', says: '587 for starttls, 465 for implicit.' },
    SMTP_TLS: {
      schema: z.enum(['starttls', 'implicit', 'off']),
      fallback: 'starttls',
      says: 'starttls goes on with TLS or not at all; off is for a server on this machine.',
    },
    SMTP_USER: { schema: anyText, says: 'Unset: without signing in.' },
    SMTP_PASSWORD: { schema: anyText, isSecret: true, says: 'Goes with SMTP_USER.' },
    COMMUNICATION_SERVICES_ENDPOINT: {
      schema: z.url({ protocol: /^https$/ }),
      example: 'https://example.unitedstates.communication.azure.com',
      says: 'Azure Communication Services, which chooses MAIL=acs, and is where calls meet with MEDIA_ROOMS=acs.',
    },
    COMMUNICATION_SERVICES_ACCESS_KEY: {
      schema: z.base64(),
      isSecret: true,
      says: 'Unset: signs in as the managed identity.',
    },
  },
  owns: ['COMMUNICATION_SERVICES_'],
  shares: ['MAIL_', 'SMTP_'],
  olderNames: {
    COMMUNICATION_SERVICES_CONNECTION_STRING: connectionString,
    AZURE_COMMUNICATION_CONNECTION_STRING: connectionString,
    SENDER_EMAIL: { is: 'MAIL_FROM' },
    SMTP_FROM_EMAIL: { is: 'MAIL_FROM' },
    RESEND_API_KEY: bySmtp,
    SENDGRID_API_KEY: bySmtp,
  },
  read(values, context) {
    const { says, problem, read } = context
    const kind = chooseKind(
      context,
      'MAIL',
      values.MAIL,
      { smtp: ['SMTP_HOST'], acs: ['COMMUNICATION_SERVICES_ENDPOINT'] },
      'outbox',
    )
    const isSending = kind === 'smtp' || kind === 'acs'
    if (isSending && !values.MAIL_FROM)
      problem('MAIL_FROM', `is needed for MAIL=${kind}. ${says('MAIL_FROM')}`)
    if (read(server).isProduction && !isSending)
      problem(
        'MAIL',
        `${kind} sends nothing and is refused in production. Set SMTP_HOST, which chooses smtp, or COMMUNICATION_SERVICES_ENDPOINT for acs.`,
      )
    if (Boolean(values.SMTP_USER) !== Boolean(values.SMTP_PASSWORD))
      problem(['SMTP_USER', 'SMTP_PASSWORD'], 'set both, or neither')
    const from = values.MAIL_FROM ?? ''
    return {
      isSending,
      communicationEndpoint: values.COMMUNICATION_SERVICES_ENDPOINT,
      config: {
        mail: {
          memory: { kind: 'memory' as const },
          outbox: { kind: 'outbox' as const },
          smtp: {
            kind: 'smtp' as const,
            from,
            host: values.SMTP_HOST ?? '',
            port: values.SMTP_PORT,
            tls: values.SMTP_TLS,
            user: values.SMTP_USER,
          },
          acs: { kind: 'acs' as const, from, endpoint: values.COMMUNICATION_SERVICES_ENDPOINT ?? '' },
        }[kind],
      },
      secrets: {
        smtpPassword: values.SMTP_PASSWORD ?? '',
        communicationServicesAccessKey: values.COMMUNICATION_SERVICES_ACCESS_KEY,
      },
    }
  },
})

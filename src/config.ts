import ipaddr from 'ipaddr.js'
import { z } from 'zod'

/*
 * The only reader of environment values. Three steps: text → settings (all problems reported at once) → secrets, which
 * are kept apart so that the settings can be logged.
 */

const csv = z.string().transform((text) => text.split(',').flatMap((part) => part.trim() || []))

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: 'must be an origin such as https://portal.example.org, without a path or trailing slash',
})

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

const TrustedSites = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('must be JSON')
      return z.NEVER
    }
  })
  .pipe(
    z.array(
      z.strictObject({
        name: z.string().min(1).max(80),
        networks: z
          .array(z.string().refine(ipaddr.isValidCIDR, { message: 'must be a CIDR such as 203.0.113.0/24' }))
          .min(1),
        scale: z.number().positive().max(1000),
      }),
    ),
  )

const SigningKeys = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('must be JSON: make it with `npm run keys:new`')
      return z.NEVER
    }
  })
  .pipe(
    z
      .array(
        z.object({
          id: z.string().min(1),
          activeFrom: z.iso.datetime(),
          value: z.string().includes('"crv":"P-256"', { message: 'must be a P-256 JWK' }).includes('"d":'),
        }),
      )
      .min(1),
  )

const MasterKey = z
  .base64url()
  .min(43, 'must be at least 32 bytes of base64url: make it with `npm run keys:new`')

const isLocalhost = (url: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

const isUrlOf = (schemes: readonly string[]) => (text: string) =>
  URL.canParse(text) && schemes.includes(new URL(text).protocol)

/** Of a service that is reached over the network: in clear only on this machine. */
const serviceUrl = z
  .string()
  .refine((text) => isUrlOf(['https:'])(text) || (isUrlOf(['http:'])(text) && isLocalhost(text)), {
    message: 'must be an https URL',
  })

const addresses = csv.pipe(
  z.array(
    z
      .string()
      .regex(/^[^\s"'<>()[\]\\,;:@]+@[^\s@]+\.[^\s@]+$/, 'must be e-mail addresses, separated by commas'),
  ),
)

const timeZone = z.string().refine(
  (name) => {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
    } catch {
      return false
    }
  },
  { message: 'must be a time zone such as America/Los_Angeles' },
)

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

const BusinessHours = z.string().transform((text, context) => {
  const day = weekdays.join('|')
  const pattern = new RegExp(
    `^((?:${day})(?:-(?:${day}))?(?:,(?:${day})(?:-(?:${day}))?)*) ([01]\\d|2[0-3]):([0-5]\\d)-((?:[01]\\d|2[0-3]):[0-5]\\d|24:00)$`,
  )
  const [, days = '', hour, minute, closes = ''] = pattern.exec(text) ?? []
  const opensAt = minutesOf(`${hour}:${minute}`)
  const closesAt = minutesOf(closes)
  if (days === '' || closesAt <= opensAt) {
    context.addIssue('must be days and hours such as Mon-Fri 09:00-17:00')
    return z.NEVER
  }
  const open = days.split(',').flatMap((part) => {
    const [first = -1, last = first] = part.split('-').map((name) => weekdays.indexOf(name))
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, i) => (first + i) % 7)
  })
  return { days: new Set(open), opensAt, closesAt }
})

const holidays = csv.pipe(
  z.array(
    z
      .string()
      .regex(
        /^(?:\d{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
        'must be dates such as 12-25 or 2026-11-26',
      ),
  ),
)

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

/** Where the app hears of connections. */
export const realtimeEventsPath = '/api/v1/realtime/events'

interface Setting {
  readonly schema: z.ZodType
  /** As text, as it would stand in `.env`. */
  readonly fallback?: string
  readonly example?: string
  readonly says: string
  readonly isSecret?: true
}

/** Every environment value there is, in the order of `.env.example`. */
export const settings = {
  NODE_ENV: {
    schema: z.enum(['development', 'test', 'production']),
    fallback: 'development',
    says: 'production asks for every secret and for PUBLIC_URL, and hides what only developers need.',
  },
  PORT: { schema: wholeNumber(0, 65_535), fallback: '7071', says: 'Where to listen; 0 picks a free port.' },
  HOST: { schema: z.string().min(1), fallback: '0.0.0.0', says: 'The address to listen on.' },
  DATA_DIR: {
    schema: z.string().min(1),
    fallback: './data',
    says: 'The folder of the database file and, outside production, of the generated secrets.',
  },
  PUBLIC_URL: {
    schema: origin,
    example: 'https://api.sdtoolsinc.org',
    says: 'Where people reach this API. Outside production http://localhost:PORT. Cookies are Secure unless it is on localhost.',
  },
  CORS_ORIGINS: {
    schema: csv.pipe(z.array(origin)),
    example: 'https://portal.sdtoolsinc.org,https://mackprojekt.com',
    says: 'Other origins whose pages may call with credentials, exactly. Outside production http://localhost:3000.',
  },
  PORTAL_URL: {
    schema: origin,
    example: 'https://portal.sdtoolsinc.org',
    says: 'Where the pages live that links in mails lead to. Unset: the first of CORS_ORIGINS, else PUBLIC_URL.',
  },
  GOOGLE_CLIENT_ID: {
    schema: z.string().min(1),
    example: '1234.apps.googleusercontent.com',
    says: 'Signing in by Google: the client id. Needs GOOGLE_CLIENT_SECRET.',
  },
  GOOGLE_CLIENT_SECRET: { schema: z.string().min(1), isSecret: true, says: 'Signing in by Google.' },
  MICROSOFT_CLIENT_ID: {
    schema: z.string().min(1),
    says: 'Signing in by Microsoft: the application (client) id. Needs MICROSOFT_CLIENT_SECRET.',
  },
  MICROSOFT_CLIENT_SECRET: { schema: z.string().min(1), isSecret: true, says: 'Signing in by Microsoft.' },
  MICROSOFT_TENANT: {
    schema: z
      .string()
      .regex(/^[\w.-]+$/, 'must be a tenant id, a domain, common, organizations or consumers'),
    fallback: 'common',
    says: 'Whose Microsoft accounts may sign in.',
  },
  REQUIRE_VERIFIED_EMAIL: {
    schema: z.enum(['on', 'off']),
    says: 'on: who has not confirmed their address can use their profile and the catalogue, and reach nobody. Unset: on when mail is really sent.',
  },
  COOKIE_SAME_SITE: {
    schema: z.enum(['Strict', 'Lax', 'None']),
    fallback: 'Strict',
    says: 'Lax or None when the front end lives on another site.',
  },
  COOKIE_PREFIX: {
    schema: z.enum(['', '__Host-']),
    fallback: '',
    says: '__Host- where no proxy rewrites cookies (Static Web Apps does). Needs https.',
  },
  TRUSTED_PROXY_HOPS: {
    schema: wholeNumber(0, 10),
    fallback: '0',
    says: 'How many of our own proxies stand in front: the client is that entry of X-Forwarded-For, from the right.',
  },
  TRUSTED_SITES: {
    schema: TrustedSites,
    fallback: '[]',
    example: '[{"name":"Central Library","networks":["203.0.113.0/24"],"scale":20}]',
    says: 'Places where many people share one address, as JSON; scale multiplies every limit there.',
  },
  RATE_LIMIT_SCALE: {
    schema: z.coerce.number().positive(),
    fallback: '1',
    says: 'Multiplies every limit for everybody. Load tests set it high.',
  },
  RATE_LIMIT_PER_MINUTE: {
    schema: wholeNumber(1, 1e6),
    fallback: '100',
    says: 'Requests of one address, all routes.',
  },
  RATE_LIMIT_AUTH_PER_MINUTE: {
    schema: wholeNumber(1, 1e6),
    fallback: '5',
    says: 'Requests of one address to each password endpoint.',
  },
  RATE_LIMIT_FORMS_PER_HOUR: {
    schema: wholeNumber(1, 1e6),
    fallback: '5',
    says: 'Forms sent from one address, all three kinds together.',
  },
  BODY_LIMIT_BYTES: {
    schema: wholeNumber(1024, 1e8),
    fallback: '1048576',
    says: 'The longest request body.',
  },
  LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error']),
    fallback: 'info',
    says: 'The least that is logged.',
  },
  LOG_FORMAT: {
    schema: z.enum(['json', 'text']),
    says: 'Unset: text in a terminal outside production, JSON otherwise.',
  },
  DOCUMENTS: {
    schema: z.enum(['memory', 'sqlite', 'cosmos']),
    says: 'Where documents live. Unset: cosmos with COSMOS_ENDPOINT, otherwise sqlite. memory forgets everything at the end.',
  },
  COSMOS_ENDPOINT: {
    schema: serviceUrl,
    example: 'https://tools-inc.documents.azure.com',
    says: 'For DOCUMENTS=cosmos. `npm run azure:setup` makes its database and containers.',
  },
  COSMOS_KEY: {
    schema: z.base64().min(1),
    isSecret: true,
    says: 'Unset: signs in to Cosmos DB as the managed identity. `npm run azure:setup` needs it.',
  },
  COSMOS_DATABASE: {
    schema: z.string().regex(/^[\w-]{1,255}$/, 'must be letters, digits, - and _'),
    fallback: 'toolsinc-db',
    says: 'The database in the Cosmos DB account.',
  },
  COSMOS_MAX_RU: {
    schema: wholeNumber(1000, 1e6).refine((units) => units % 1000 === 0, 'must be a multiple of 1000'),
    says: 'Request units per second that all containers share at most, for `npm run azure:setup`. Unset on a serverless account.',
  },
  RECORDS: {
    schema: z.enum(['memory', 'sqlite', 'mssql']),
    says: 'Where submissions of forms, mail that waits and the audit log live. Unset: mssql (Azure SQL) with MSSQL_SERVER, otherwise sqlite.',
  },
  MSSQL_SERVER: {
    schema: z.string().regex(/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i, 'must be the name of a host, without a port'),
    example: 'tools-inc.database.windows.net',
    says: 'Azure SQL, or SQL Server. Chooses RECORDS=mssql. `npm run migrate` makes its tables.',
  },
  MSSQL_PORT: { schema: wholeNumber(1, 65_535), fallback: '1433', says: 'For RECORDS=mssql.' },
  MSSQL_DATABASE: { schema: z.string().min(1), fallback: 'toolsinc-reports', says: 'For RECORDS=mssql.' },
  MSSQL_USER: {
    schema: z.string().min(1),
    says: 'For RECORDS=mssql. Unset, with MSSQL_PASSWORD: the managed identity signs in.',
  },
  MSSQL_PASSWORD: { schema: z.string().min(1), isSecret: true, says: 'For RECORDS=mssql, with MSSQL_USER.' },
  MAIL: {
    schema: z.enum(['memory', 'outbox', 'smtp', 'acs']),
    says: 'How mail is sent. Unset: smtp or acs when their settings are there, otherwise outbox. outbox and memory keep it and show it at /dev/mailbox; refused in production.',
  },
  MAIL_FROM: {
    schema: z.email(),
    example: 'no-reply@sdtoolsinc.org',
    says: 'The address that mail comes from: one that the mail server, or the Azure domain, may send as.',
  },
  SMTP_HOST: {
    schema: z.string().min(1),
    example: 'smtp.example.org',
    says: 'A mail server, which chooses MAIL=smtp.',
  },
  SMTP_PORT: { schema: wholeNumber(1, 65_535), fallback: '587', says: '587 for starttls, 465 for implicit.' },
  SMTP_TLS: {
    schema: z.enum(['starttls', 'implicit', 'off']),
    fallback: 'starttls',
    says: 'starttls goes on with TLS or not at all; off is for a server on this machine.',
  },
  SMTP_USER: { schema: z.string().min(1), says: 'Unset: without signing in.' },
  SMTP_PASSWORD: { schema: z.string().min(1), isSecret: true, says: 'Goes with SMTP_USER.' },
  COMMUNICATION_SERVICES_ENDPOINT: {
    schema: z.url({ protocol: /^https$/ }),
    example: 'https://example.unitedstates.communication.azure.com',
    says: 'Azure Communication Services, which chooses MAIL=acs.',
  },
  COMMUNICATION_SERVICES_ACCESS_KEY: {
    schema: z.base64(),
    isSecret: true,
    says: 'Unset: signs in as the managed identity.',
  },
  FORMS_NOTIFY: {
    schema: addresses,
    fallback: '',
    example: 'intake@sdtoolsinc.org',
    says: 'Who is told that a form came in: addresses, separated by commas.',
  },
  FORMS_ESCALATE: {
    schema: addresses,
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
    says: 'Where the organisation is: for business hours, and for the year in a tracking number.',
  },
  FORMS_HOLIDAYS: {
    schema: holidays,
    fallback: '01-01,06-19,07-04,11-11,12-25',
    says: 'Days without business time: every year as 12-25, once as 2026-11-26.',
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
  BLOBS: {
    schema: z.enum(['memory', 'filesystem', 'azure']),
    says: 'Where files live. Unset: azure when its settings are there, otherwise filesystem: in DATA_DIR/blobs, served by this program.',
  },
  AZURE_STORAGE_ACCOUNT_NAME: {
    schema: z.string().regex(/^[a-z0-9]{3,24}$/, 'must be 3 to 24 lower case letters and digits'),
    example: 'toolsincfiles',
    says: 'The storage account, as the managed identity. It chooses BLOBS=azure. Needs the roles Storage Blob Data Contributor and Storage Blob Delegator.',
  },
  AZURE_STORAGE_CONNECTION_STRING: {
    schema: z.string().includes('AccountKey=', { message: 'must hold an AccountKey' }),
    isSecret: true,
    says: 'The storage account by its key, where there is no managed identity. It chooses BLOBS=azure.',
  },
  MESSAGE_RETENTION_DAYS: {
    schema: wholeNumber(0, 36_500),
    fallback: '90',
    says: 'For how long chat messages are kept, from when they were sent; 0 keeps them, as under a legal hold.',
  },
  ERASURE_DELAY_DAYS: {
    schema: wholeNumber(0, 90),
    fallback: '7',
    says: 'For how long somebody who deletes their account can change their mind.',
  },
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
  SCANNER: {
    schema: z.enum(['none', 'clamav']),
    says: 'What looks for malware in uploads. Unset: clamav when CLAMAV_HOST is there, otherwise none, which accepts every file.',
  },
  CLAMAV_HOST: {
    schema: z.string().min(1),
    example: 'clamd.internal',
    says: 'Where clamd listens, which chooses SCANNER=clamav.',
  },
  CLAMAV_PORT: { schema: wholeNumber(1, 65_535), fallback: '3310', says: 'The TCPSocket of clamd.' },
  CACHE: {
    schema: z.enum(['memory', 'upstash', 'redis']),
    says: 'Where counters and short-lived state live. Unset: upstash or redis when their settings are there, otherwise memory, which each process has for itself.',
  },
  UPSTASH_REDIS_REST_URL: {
    schema: serviceUrl,
    example: 'https://eu1-example.upstash.io',
    says: 'The REST address of an Upstash database, from its console. With the token it chooses CACHE=upstash.',
  },
  UPSTASH_REDIS_REST_TOKEN: {
    schema: z.string().min(1),
    isSecret: true,
    says: 'The token that the console shows beside the address.',
  },
  REDIS_URL: {
    schema: z
      .string()
      .refine(isUrlOf(['redis:', 'rediss:']), { message: 'must begin with redis:// or, for TLS, rediss://' }),
    isSecret: true,
    says: 'rediss://user:password@host:port, which chooses CACHE=redis. Azure Managed Redis listens on port 10000.',
  },
  REDIS_AUTH: {
    schema: z.enum(['url', 'entra']),
    fallback: 'url',
    says: 'entra: signs in to Azure Managed Redis as the managed identity, with no password in REDIS_URL.',
  },
  REALTIME: {
    schema: z.enum(['memory', 'local', 'web-pubsub']),
    says: 'What delivers to connected devices. local: a server in this process, on its port; web-pubsub: Azure. Unset: web-pubsub with WEB_PUBSUB_CONNECTION_STRING or WEB_PUBSUB_ENDPOINT, otherwise local on Node. memory delivers to nobody.',
  },
  WEB_PUBSUB_CONNECTION_STRING: {
    schema: z
      .string()
      .regex(/(?:^|;)Endpoint=https?:/i, 'needs Endpoint=')
      .regex(/(?:^|;)AccessKey=[^;]/i, 'needs AccessKey='),
    isSecret: true,
    says: 'Endpoint=…;AccessKey=…;Version=1.0; as the portal shows it.',
  },
  WEB_PUBSUB_ENDPOINT: {
    schema: serviceUrl,
    example: 'https://tools-inc.webpubsub.azure.com',
    says: 'Instead of a connection string: signs in as the managed identity.',
  },
  WEB_PUBSUB_EVENT_KEYS: {
    schema: csv.pipe(z.array(z.string()).min(1).max(4)),
    isSecret: true,
    says: 'Access keys that events of the service may be signed with. Needed with WEB_PUBSUB_ENDPOINT; beside a connection string the other key, so that keys can be renewed.',
  },
  WEB_PUBSUB_HUB: {
    schema: z.string().regex(/^[A-Za-z]\w{0,127}$/),
    fallback: 'mackchat',
    says: 'The hub that devices connect to.',
  },
  REALTIME_PORT: {
    schema: wholeNumber(0, 65_535),
    fallback: '8080',
    says: 'Where `npm run realtime` listens, which is the local server as a process of its own for several of this one.',
  },
  REALTIME_URL: {
    schema: origin,
    example: 'http://localhost:8080',
    says: 'Where `npm run realtime` is reached. Unset: http://localhost:REALTIME_PORT.',
  },
  REALTIME_EVENTS_URL: {
    schema: z.url(),
    example: 'http://localhost:7071/api/v1/realtime/events',
    says: 'Where `npm run realtime` tells of connections. Unset: below PUBLIC_URL.',
  },
  REALTIME_KEY: {
    schema: z.string().min(32),
    isSecret: true,
    says: 'The access key of the local server, for the service SDK. Unset: in this process a new one at each start; for `npm run realtime` outside production the one of the emulator by Microsoft.',
  },
  AZURE_CLIENT_ID: {
    schema: z.string().min(1),
    says: 'Which user-assigned managed identity to use; unset: the one of the system.',
  },
  DEMO_DATA: {
    schema: z.enum(['on', 'off']),
    fallback: 'off',
    says: 'on: makes the demonstration accounts at the start, as `npm run seed` does. Refused in production.',
  },
  SAMPLE_COURSES: {
    schema: z.enum(['on', 'off']),
    fallback: 'on',
    says: 'on: `npm start` puts ten courses into a catalogue that is empty. Never in production.',
  },
  FUNCTIONS_STREAMING: {
    schema: z.enum(['on', 'off']),
    fallback: 'on',
    says: 'Azure Functions alone: off hands over each body as a whole, for a host that cannot stream.',
  },
  SIGNUP_DISCLOSURE: {
    schema: z.enum(['open', 'hidden']),
    fallback: 'open',
    says: 'hidden: signup answers 202 alike for known and unknown addresses.',
  },
  ACCESS_TOKEN_SECONDS: { schema: wholeNumber(60, 3600), fallback: '900', says: 'Life of an access token.' },
  REFRESH_TOKEN_DAYS: {
    schema: wholeNumber(1, 30),
    fallback: '7',
    says: 'Life of a refresh token that is not used.',
  },
  SESSION_DAYS: {
    schema: wholeNumber(1, 365),
    fallback: '30',
    says: 'A session ends after this however often it is refreshed.',
  },
  SESSION_IDLE_MINUTES: {
    schema: wholeNumber(5, 43_200),
    says: 'A session that was not refreshed for so long is over, such as 30 for the portal. Unset: the life of a refresh token. On shared devices never more than 10.',
  },
  REFRESH_GRACE_SECONDS: {
    schema: wholeNumber(0, 60),
    fallback: '20',
    says: 'For how long the predecessor of a refresh token still gets the same successor.',
  },
  SESSIONS_PER_USER: {
    schema: wholeNumber(1, 100),
    fallback: '10',
    says: 'Beyond this the oldest session ends.',
  },
  MFA_STAFF: {
    schema: z.enum(['required', 'optional']),
    says: 'required: admins and mentors can do no more than anybody until they have proved a second factor. Unset: required in production.',
  },
  STEP_UP_SECONDS: {
    schema: wholeNumber(60, 3600),
    fallback: '600',
    says: 'For how long having proved who one is again counts, before what cannot be taken back.',
  },
  PASSKEY_DOMAIN: {
    schema: z.string().regex(/^[a-z0-9.-]+$/, 'must be a domain such as sdtoolsinc.org'),
    example: 'sdtoolsinc.org',
    says: 'The domain passkeys belong to, shared by every page that uses them. Unset: the host of PUBLIC_URL. Changing it makes all passkeys useless.',
  },
  PASSWORD_MIN_LENGTH: { schema: wholeNumber(8, 64), fallback: '12', says: 'In characters.' },
  PASSWORD_MEMORY_KIB: { schema: wholeNumber(7168, 262_144), fallback: '19456', says: 'argon2id m.' },
  PASSWORD_ITERATIONS: { schema: wholeNumber(1, 10), fallback: '2', says: 'argon2id t.' },
  PASSWORD_PARALLELISM: { schema: wholeNumber(1, 4), fallback: '1', says: 'argon2id p.' },
  HASH_CONCURRENCY: {
    schema: wholeNumber(1, 64),
    says: 'Password hashes computed at once; unset: one more than there are processors. Memory use is this times PASSWORD_MEMORY_KIB.',
  },
  HASH_QUEUE: {
    schema: wholeNumber(1, 10_000),
    fallback: '200',
    says: 'Hashes waiting before the answer is 503.',
  },
  KEY_ROTATION_DAYS: {
    schema: wholeNumber(1, 365),
    fallback: '90',
    says: 'Age at which a generated signing key gets its successor.',
  },
  SECRETS: {
    schema: z.enum(['generated', 'environment', 'key-vault']),
    says: 'Where signing keys and the master key come from. Unset: key-vault with KEY_VAULT_URL, environment with AUTH_SIGNING_KEYS, otherwise generated, which is refused in production.',
  },
  KEY_VAULT_URL: {
    schema: serviceUrl,
    example: 'https://tools-inc.vault.azure.net',
    says: 'A vault with the secrets signing-keys and master-key, whose versions rotate without a restart. Chooses SECRETS=key-vault.',
  },
  AUTH_SIGNING_KEYS: {
    schema: SigningKeys,
    isSecret: true,
    says: 'ES256 private keys as JSON, newest first. Needed in production without a key vault; make them with `npm run keys:new`.',
  },
  AUTH_MASTER_KEY: {
    schema: MasterKey,
    isSecret: true,
    says: '32 random bytes as base64url: seals session secrets and names people in counters. Needed in production without a key vault.',
  },
  AUTH_MASTER_KEY_PREVIOUS: {
    schema: MasterKey,
    isSecret: true,
    says: 'The master key before, for as long as sessions sealed with it live.',
  },
} as const satisfies Record<string, Setting>

type Name = keyof typeof settings
type Values = { [N in Name]: z.output<(typeof settings)[N]['schema']> | MissingWhenNoFallback<N> }
type MissingWhenNoFallback<N extends Name> = (typeof settings)[N] extends { fallback: string }
  ? never
  : undefined

export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

function readValues(environment: Environment): { values: Values; problems: string[] } {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings) as [Name, Setting][]) {
    const text = environment[name]?.trim() || setting.fallback
    if (text === undefined) continue
    const result = setting.schema.safeParse(text)
    if (result.success) values[name] = result.data
    else
      for (const { path, message } of result.error.issues)
        problems.push(`${[name, ...path].join('.')}: ${message}`)
  }
  return { values: values as Values, problems }
}

const publicOriginOf = ({ PUBLIC_URL, PORT }: Values): string => PUBLIC_URL ?? `http://localhost:${PORT}`

/**
 * The kind of adapter that `name` says or, when it says nothing, the one whose settings are there. The chosen kind needs
 * all of its settings: what is missing goes to `problems`.
 */
function chooseKind<K extends string>(
  { isSet, problems }: { readonly isSet: (name: Name) => boolean; readonly problems: string[] },
  name: Name,
  said: K | undefined,
  needs: Readonly<Partial<Record<K, readonly Name[]>>>,
  fallback: K,
): K {
  const needing = Object.entries(needs) as [K, readonly Name[]][]
  const begun = needing.flatMap(([kind, names]) => (names.some(isSet) ? [kind] : []))
  if (!isSet(name) && begun.length > 1)
    problems.push(`${name}: say which, the settings of ${begun.join(' and ')} are there`)
  const chosen = said ?? begun[0] ?? fallback
  for (const needed of needs[chosen] ?? [])
    if (!isSet(needed)) problems.push(`${needed}: is needed for ${name}=${chosen}. ${settings[needed].says}`)
  return chosen
}

/**
 * Reads the whole configuration. Throws `InvalidConfiguration` with every problem there is, never with a value.
 * `secrets` holds what must not be printed; `config` may be.
 */
export function readConfig(
  environment: Environment,
  /** Whether this runtime takes WebSockets. */
  { hasSockets = true }: { readonly hasSockets?: boolean } = {},
) {
  const { values: v, problems } = readValues(environment)
  const isProduction = v.NODE_ENV === 'production'
  const isSet = (name: Name) => Boolean(environment[name]?.trim())
  const choice = { isSet, problems }

  if (isProduction) {
    if (!isSet('PUBLIC_URL'))
      problems.push(`PUBLIC_URL: is needed in production. ${settings.PUBLIC_URL.says}`)
    for (const name of ['DOCUMENTS', 'RECORDS', 'BLOBS'] as const)
      if (v[name] === 'memory')
        problems.push(`${name}: memory forgets everything and is refused in production`)
  }
  const documentsKind = chooseKind(
    choice,
    'DOCUMENTS',
    v.DOCUMENTS,
    { cosmos: ['COSMOS_ENDPOINT'] },
    'sqlite',
  )
  for (const name of ['COSMOS_KEY', 'COSMOS_DATABASE', 'COSMOS_MAX_RU'] as const)
    if (isSet(name) && !isSet('COSMOS_ENDPOINT') && v.DOCUMENTS === undefined)
      problems.push(`COSMOS_ENDPOINT: is needed where ${name} is set`)
  const recordsKind = chooseKind(choice, 'RECORDS', v.RECORDS, { mssql: ['MSSQL_SERVER'] }, 'sqlite')
  for (const name of ['MSSQL_PORT', 'MSSQL_DATABASE', 'MSSQL_USER', 'MSSQL_PASSWORD'] as const)
    if (isSet(name) && !isSet('MSSQL_SERVER') && v.RECORDS === undefined)
      problems.push(`MSSQL_SERVER: is needed where ${name} is set`)
  if (isSet('MSSQL_USER') !== isSet('MSSQL_PASSWORD'))
    problems.push('MSSQL_USER and MSSQL_PASSWORD: set both, or neither to sign in as the managed identity')
  const cacheKind = chooseKind(
    choice,
    'CACHE',
    v.CACHE,
    { upstash: ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'], redis: ['REDIS_URL'] },
    'memory',
  )
  const mailKind = chooseKind(
    choice,
    'MAIL',
    v.MAIL,
    { smtp: ['SMTP_HOST'], acs: ['COMMUNICATION_SERVICES_ENDPOINT'] },
    'outbox',
  )
  const sendsMail = mailKind === 'smtp' || mailKind === 'acs'
  if (sendsMail && !v.MAIL_FROM)
    problems.push(`MAIL_FROM: is needed for MAIL=${mailKind}. ${settings.MAIL_FROM.says}`)
  if (isProduction && !sendsMail)
    problems.push(`MAIL: ${mailKind} sends nothing and is refused in production. Set smtp or acs.`)
  if (Boolean(v.SMTP_USER) !== Boolean(v.SMTP_PASSWORD))
    problems.push('SMTP_USER and SMTP_PASSWORD: set both, or neither')
  const isStorageSet = isSet('AZURE_STORAGE_ACCOUNT_NAME') || isSet('AZURE_STORAGE_CONNECTION_STRING')
  const blobsKind = v.BLOBS ?? (isStorageSet ? 'azure' : 'filesystem')
  if (blobsKind === 'azure' && !isStorageSet)
    problems.push(
      'AZURE_STORAGE_ACCOUNT_NAME: is needed for BLOBS=azure, or AZURE_STORAGE_CONNECTION_STRING instead',
    )
  if (isSet('AZURE_STORAGE_ACCOUNT_NAME') && isSet('AZURE_STORAGE_CONNECTION_STRING'))
    problems.push('AZURE_STORAGE_CONNECTION_STRING: names an account too; set one of the two')
  const scannerKind = chooseKind(choice, 'SCANNER', v.SCANNER, { clamav: ['CLAMAV_HOST'] }, 'none')
  if (v.REDIS_AUTH === 'entra' && v.REDIS_URL && new URL(v.REDIS_URL).password)
    problems.push('REDIS_URL: holds a password, which REDIS_AUTH=entra replaces')
  const realtimeKind = chooseKind(
    choice,
    'REALTIME',
    v.REALTIME,
    {
      'web-pubsub': isSet('WEB_PUBSUB_CONNECTION_STRING')
        ? ['WEB_PUBSUB_CONNECTION_STRING']
        : ['WEB_PUBSUB_ENDPOINT', 'WEB_PUBSUB_EVENT_KEYS'],
    },
    hasSockets ? 'local' : 'memory',
  )
  if (isSet('WEB_PUBSUB_CONNECTION_STRING') && isSet('WEB_PUBSUB_ENDPOINT'))
    problems.push('WEB_PUBSUB_ENDPOINT: is set beside WEB_PUBSUB_CONNECTION_STRING, which names one too')
  if (realtimeKind === 'local' && !hasSockets)
    problems.push('REALTIME: local needs WebSockets, which this runtime does not take')
  if (realtimeKind === 'memory' && isProduction)
    problems.push('REALTIME: memory delivers to nobody and is refused in production')
  const secretsKind = chooseKind(
    choice,
    'SECRETS',
    v.SECRETS,
    { 'key-vault': ['KEY_VAULT_URL'], environment: ['AUTH_SIGNING_KEYS', 'AUTH_MASTER_KEY'] },
    isProduction ? 'environment' : 'generated',
  )
  if (isProduction && secretsKind === 'generated')
    problems.push('SECRETS: generated ones are for one machine and refused in production')
  if (isProduction && v.DEMO_DATA === 'on')
    problems.push(
      'DEMO_DATA: the demonstration accounts have a published password and are refused in production',
    )
  if (v.AUTH_MASTER_KEY_PREVIOUS && !v.AUTH_MASTER_KEY)
    problems.push('AUTH_MASTER_KEY_PREVIOUS: is set without AUTH_MASTER_KEY')
  const publicOrigin = publicOriginOf(v)
  const isSecure = URL.canParse(publicOrigin) && !isLocalhost(publicOrigin)
  if (v.COOKIE_PREFIX === '__Host-' && !isSecure)
    problems.push('COOKIE_PREFIX: __Host- needs an https PUBLIC_URL')
  if (v.COOKIE_SAME_SITE === 'None' && !isSecure)
    problems.push('COOKIE_SAME_SITE: None needs an https PUBLIC_URL')
  if (isProduction && isSecure && !publicOrigin.startsWith('https:'))
    problems.push('PUBLIC_URL: must be https in production')
  for (const name of ['GOOGLE', 'MICROSOFT'] as const)
    if (Boolean(v[`${name}_CLIENT_ID`]) !== Boolean(v[`${name}_CLIENT_SECRET`]))
      problems.push(`${name}_CLIENT_ID and ${name}_CLIENT_SECRET: set both or neither`)
  if (problems.length > 0) throw new InvalidConfiguration(problems)

  // From here on what a chosen kind needs is there; what only another kind would need may be empty.
  const allowedOrigins = v.CORS_ORIGINS ?? (isProduction ? [] : ['http://localhost:3000'])
  const scale = v.RATE_LIMIT_SCALE
  const daySeconds = 86_400
  const refreshTokenSeconds = v.REFRESH_TOKEN_DAYS * daySeconds
  const longAgo = '2000-01-01T00:00:00.000Z'
  const longerAgo = '1999-01-01T00:00:00.000Z'
  const portalOrigin = v.PORTAL_URL ?? allowedOrigins[0] ?? publicOrigin

  const perPerson = (name: string, count: number, windowSeconds: number) => ({
    name,
    requests: count * scale,
    windowSeconds,
    requestsWhenAlone: count * scale,
  })
  const mail =
    mailKind === 'smtp'
      ? {
          kind: mailKind,
          from: v.MAIL_FROM ?? '',
          host: v.SMTP_HOST ?? '',
          port: v.SMTP_PORT,
          tls: v.SMTP_TLS,
          user: v.SMTP_USER,
        }
      : mailKind === 'acs'
        ? { kind: mailKind, from: v.MAIL_FROM ?? '', endpoint: v.COMMUNICATION_SERVICES_ENDPOINT ?? '' }
        : { kind: mailKind }

  const config = {
    isProduction,
    hasDemoData: v.DEMO_DATA === 'on',
    hasSampleCourses: v.SAMPLE_COURSES === 'on' && !isProduction,
    port: v.PORT,
    host: v.HOST,
    dataDirectory: v.DATA_DIR,
    log: { level: v.LOG_LEVEL, format: v.LOG_FORMAT },
    documents: {
      memory: { kind: 'memory' as const },
      sqlite: { kind: 'sqlite' as const },
      cosmos: {
        kind: 'cosmos' as const,
        endpoint: v.COSMOS_ENDPOINT ?? '',
        databaseName: v.COSMOS_DATABASE,
        maxThroughput: v.COSMOS_MAX_RU,
      },
    }[documentsKind],
    records: {
      memory: { kind: 'memory' as const },
      sqlite: { kind: 'sqlite' as const },
      mssql: {
        kind: 'mssql' as const,
        server: v.MSSQL_SERVER ?? '',
        port: v.MSSQL_PORT,
        database: v.MSSQL_DATABASE,
        user: v.MSSQL_USER,
      },
    }[recordsKind],
    blobs: {
      kind: blobsKind,
      url: v.AZURE_STORAGE_ACCOUNT_NAME
        ? `https://${v.AZURE_STORAGE_ACCOUNT_NAME}.blob.core.windows.net`
        : undefined,
    },
    scanner: {
      none: { kind: 'none' as const },
      clamav: { kind: 'clamav' as const, host: v.CLAMAV_HOST ?? '', port: v.CLAMAV_PORT },
    }[scannerKind],
    realtime: { kind: realtimeKind, hub: v.WEB_PUBSUB_HUB, endpoint: v.WEB_PUBSUB_ENDPOINT },
    mail,
    cache: {
      memory: { kind: 'memory' as const },
      upstash: { kind: 'upstash' as const, url: v.UPSTASH_REDIS_REST_URL ?? '' },
      redis: { kind: 'redis' as const, auth: v.REDIS_AUTH },
    }[cacheKind],
    functions: { isStreaming: v.FUNCTIONS_STREAMING === 'on' },
    secrets: {
      generated: { kind: 'generated' as const, rotateAfterDays: v.KEY_ROTATION_DAYS },
      environment: { kind: 'environment' as const },
      'key-vault': { kind: 'key-vault' as const, vaultUrl: v.KEY_VAULT_URL ?? '' },
    }[secretsKind],
    azureClientId: v.AZURE_CLIENT_ID,
    tokens: {
      issuer: 'tools-inc-api',
      audience: 'tools-inc-web',
      retireAfterMs: (v.ACCESS_TOKEN_SECONDS + 300) * 1000,
    },
    passkeys: {
      relyingParty: v.PASSKEY_DOMAIN ?? new URL(publicOrigin).hostname,
      name: 'T.O.O.L.S Inc',
      origins: [publicOrigin, ...allowedOrigins],
    },
    hasher: {
      cost: {
        memoryKib: v.PASSWORD_MEMORY_KIB,
        iterations: v.PASSWORD_ITERATIONS,
        parallelism: v.PASSWORD_PARALLELISM,
      },
      concurrency: v.HASH_CONCURRENCY,
      queue: v.HASH_QUEUE,
    },
    app: {
      http: {
        publicOrigin,
        allowedOrigins: new Set(allowedOrigins),
        isProduction,
        maxBodyBytes: v.BODY_LIMIT_BYTES,
        cookies: {
          prefix: v.COOKIE_PREFIX,
          sameSite: v.COOKIE_SAME_SITE,
          isSecure,
          accessMaxAgeSeconds: v.ACCESS_TOKEN_SECONDS,
          refreshMaxAgeSeconds: refreshTokenSeconds,
        },
      },
      auth: {
        accessTokenSeconds: v.ACCESS_TOKEN_SECONDS,
        sessionSeconds: v.SESSION_DAYS * daySeconds,
        idleSeconds: Math.min((v.SESSION_IDLE_MINUTES ?? Number.POSITIVE_INFINITY) * 60, refreshTokenSeconds),
        refreshGraceSeconds: v.REFRESH_GRACE_SECONDS,
        sessionsPerUser: v.SESSIONS_PER_USER,
        signupDisclosure: v.SIGNUP_DISCLOSURE,
        passwordMinLength: v.PASSWORD_MIN_LENGTH,
        isSecondFactorForced: (v.MFA_STAFF ?? (isProduction ? 'required' : 'optional')) === 'required',
        stepUpSeconds: v.STEP_UP_SECONDS,
        redirectOrigins: new Set([publicOrigin, ...allowedOrigins, ...(v.PORTAL_URL ? [v.PORTAL_URL] : [])]),
        isVerifiedEmailRequired: v.REQUIRE_VERIFIED_EMAIL ? v.REQUIRE_VERIFIED_EMAIL === 'on' : sendsMail,
        publicOrigin,
        portalOrigin,
      },
      privacy: { erasureDelayMs: v.ERASURE_DELAY_DAYS * daySeconds * 1000, portalOrigin },
      chat: {
        retentionMs: v.MESSAGE_RETENTION_DAYS === 0 ? null : v.MESSAGE_RETENTION_DAYS * daySeconds * 1000,
        limits: {
          send: [perPerson('chat.send.burst', 10, 10), perPerson('chat.send', 60, 60)],
          typing: [perPerson('chat.typing', 1, 3)],
          search: [perPerson('chat.search', 20, 60)],
        },
      },
      forms: {
        publicOrigin,
        portalOrigin,
        notify: v.FORMS_NOTIFY,
        escalate: v.FORMS_ESCALATE ?? v.FORMS_NOTIFY,
        responseMs: v.FORMS_RESPONSE_HOURS * 3_600_000,
        businessHours: {
          ...v.FORMS_BUSINESS_HOURS,
          timeZone: v.FORMS_TIME_ZONE,
          holidays: new Set(v.FORMS_HOLIDAYS),
        },
        retentionDays: v.FORMS_RETENTION_DAYS,
        isErasing: v.FORMS_RETENTION === 'erase',
      },
      files: {
        publicOrigin,
        quotaBytes: v.FILES_QUOTA_MB * 1024 * 1024,
        authorQuotaBytes: v.FILES_AUTHOR_QUOTA_MB * 1024 * 1024,
      },
      limits: {
        avatars: {
          name: 'avatars',
          requests: v.RATE_LIMIT_PER_MINUTE * 10 * scale,
          windowSeconds: 60,
          requestsWhenAlone: v.RATE_LIMIT_PER_MINUTE * 10 * scale,
        },
        anonymousUploads: {
          name: 'anonymous-uploads',
          requests: v.FILES_ANONYMOUS_PER_HOUR * scale,
          windowSeconds: 3600,
          requestsWhenAlone: v.FILES_ANONYMOUS_PER_HOUR * scale,
        },
        general: {
          name: 'all',
          requests: v.RATE_LIMIT_PER_MINUTE * scale,
          windowSeconds: 60,
          requestsWhenAlone: v.RATE_LIMIT_PER_MINUTE * scale,
        },
        negotiate: {
          name: 'negotiate',
          requests: 10 * scale,
          windowSeconds: 60,
          requestsWhenAlone: 10 * scale,
        },
        auth: {
          name: 'auth',
          requests: v.RATE_LIMIT_AUTH_PER_MINUTE * scale,
          windowSeconds: 60,
          requestsWhenAlone: Math.ceil((v.RATE_LIMIT_AUTH_PER_MINUTE * scale) / 2),
        },
        forms: {
          name: 'forms',
          requests: v.RATE_LIMIT_FORMS_PER_HOUR * scale,
          windowSeconds: 3600,
          requestsWhenAlone: v.RATE_LIMIT_FORMS_PER_HOUR * scale,
        },
      },
      trustedProxyHops: v.TRUSTED_PROXY_HOPS,
      trustedSites: v.TRUSTED_SITES,
    },
  }
  const secrets = {
    smtpPassword: v.SMTP_PASSWORD ?? '',
    communicationServicesAccessKey: v.COMMUNICATION_SERVICES_ACCESS_KEY,
    'signing-keys': v.AUTH_SIGNING_KEYS ?? [],
    'master-key': [
      ...(v.AUTH_MASTER_KEY ? [{ id: 'current', value: v.AUTH_MASTER_KEY, activeFrom: longAgo }] : []),
      ...(v.AUTH_MASTER_KEY_PREVIOUS
        ? [{ id: 'previous', value: v.AUTH_MASTER_KEY_PREVIOUS, activeFrom: longerAgo }]
        : []),
    ],
    /** Without it the managed identity signs in. */
    cosmosKey: v.COSMOS_KEY,
    mssqlPassword: v.MSSQL_PASSWORD,
    storageConnectionString: v.AZURE_STORAGE_CONNECTION_STRING,
    upstashToken: v.UPSTASH_REDIS_REST_TOKEN ?? '',
    redisUrl: v.REDIS_URL ?? '',
    realtimeKey: v.REALTIME_KEY,
    webPubSubConnectionString: v.WEB_PUBSUB_CONNECTION_STRING,
    webPubSubEventKeys: [
      ...(/(?:^|;)AccessKey=([^;]+)/i.exec(v.WEB_PUBSUB_CONNECTION_STRING ?? '')?.slice(1) ?? []),
      ...(v.WEB_PUBSUB_EVENT_KEYS ?? []),
    ],
    identityProviders: {
      ...(v.GOOGLE_CLIENT_ID && v.GOOGLE_CLIENT_SECRET
        ? {
            google: {
              issuer: 'https://accounts.google.com',
              clientId: v.GOOGLE_CLIENT_ID,
              clientSecret: v.GOOGLE_CLIENT_SECRET,
            },
          }
        : {}),
      ...(v.MICROSOFT_CLIENT_ID && v.MICROSOFT_CLIENT_SECRET
        ? {
            microsoft: {
              issuer: `https://login.microsoftonline.com/${v.MICROSOFT_TENANT}/v2.0`,
              clientId: v.MICROSOFT_CLIENT_ID,
              clientSecret: v.MICROSOFT_CLIENT_SECRET,
            },
          }
        : {}),
    },
  }
  return { config, secrets }
}

/** The published key of the emulator by Microsoft, so that either can take the place of the other. */
const emulatorKey = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'

/** Of the server for devices as a process of its own, which needs nothing that the API needs. */
export function readRealtimeServerConfig(environment: Environment) {
  const { values: v, problems } = readValues(environment)
  if (v.NODE_ENV === 'production' && v.REALTIME_KEY === undefined)
    problems.push('REALTIME_KEY: is needed in production')
  if (problems.length > 0) throw new InvalidConfiguration(problems)
  return {
    host: v.HOST,
    port: v.REALTIME_PORT,
    url: v.REALTIME_URL,
    eventsUrl: v.REALTIME_EVENTS_URL ?? publicOriginOf(v) + realtimeEventsPath,
    key: v.REALTIME_KEY ?? emulatorKey,
    log: { format: v.LOG_FORMAT, level: v.LOG_LEVEL },
  }
}

export type Config = ReturnType<typeof readConfig>['config']
export type GivenSecrets = ReturnType<typeof readConfig>['secrets']

/** The text of `.env.example`. */
export function describeEnvironment(): string {
  const blocks = (Object.entries(settings) as [Name, Setting][]).map(
    ([name, { says, fallback, example, isSecret }]) => {
      const value = fallback !== undefined && fallback !== '' ? fallback : (example ?? '')
      return `# ${says}${isSecret ? ' Secret.' : ''}${example && fallback ? `\n# Such as ${example}` : ''}\n# ${name}=${value}\n`
    },
  )
  return `# Nothing here has to be set to run on one machine. Copy to .env and remove the # of what you change.\n\n${blocks.join('\n')}`
}

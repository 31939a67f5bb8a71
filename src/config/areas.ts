import { accounts } from './accounts.ts'
import { blobs } from './blobs.ts'
import { builtPages } from './built-pages.ts'
import { cache } from './cache.ts'
import { callers } from './callers.ts'
import { calls } from './calls.ts'
import { chat } from './chat.ts'
import { demo } from './demo.ts'
import { documents } from './documents.ts'
import { edge } from './edge.ts'
import { files } from './files.ts'
import { forms } from './forms.ts'
import { functions } from './functions.ts'
import { hasher } from './hasher.ts'
import { identityProviders } from './identity-providers.ts'
import { limits } from './limits.ts'
import { mail } from './mail.ts'
import { mailedLinks } from './mailed-links.ts'
import { managedIdentity } from './managed-identity.ts'
import { privacy } from './privacy.ts'
import { push } from './push.ts'
import { realtime } from './realtime.ts'
import { realtimeServer } from './realtime-server.ts'
import { records } from './records.ts'
import { reports } from './reports.ts'
import { scanner } from './scanner.ts'
import { secrets } from './secrets.ts'
import { server } from './server.ts'
import { sessions } from './sessions.ts'
import { telemetry } from './telemetry.ts'
import { web } from './web.ts'

/** In the order of `.env.example` and of docs/configuration.md. */
export const areas = [
  server,
  web,
  callers,
  edge,
  limits,
  secrets,
  managedIdentity,
  documents,
  records,
  cache,
  blobs,
  scanner,
  files,
  mail,
  realtime,
  realtimeServer,
  push,
  mailedLinks,
  accounts,
  identityProviders,
  sessions,
  hasher,
  forms,
  chat,
  calls,
  reports,
  builtPages,
  privacy,
  functions,
  telemetry,
  demo,
] as const

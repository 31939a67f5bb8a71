import type { Runtime } from '../../src/config/area.ts'
import { InvalidConfiguration, readConfig } from '../../src/config/config.ts'

export type Variables = Readonly<Record<string, string>>

/** Everything that stops a start, one line each. */
export function problemsOf(environment: Variables, runtime: Runtime = 'node'): readonly string[] {
  try {
    readConfig(environment, { runtime })
    return []
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems
    throw error
  }
}

/** The names that the problems begin with. */
export const namesOf = (environment: Variables, runtime: Runtime = 'node'): readonly (string | undefined)[] =>
  problemsOf(environment, runtime).map((text) => text.split(/[:.]/)[0])

export const configOf = (environment: Variables, runtime: Runtime = 'node') =>
  readConfig(environment, { runtime }).config

/** What production asks for on one machine. */
export const production = {
  NODE_ENV: 'production',
  MAIL_FROM: 'no-reply@example.org',
  SMTP_HOST: 'smtp.example.org',
  PUBLIC_URL: 'https://api.example.org',
  AUTH_MASTER_KEY: 'A'.repeat(43),
  AUTH_SIGNING_KEYS: JSON.stringify([
    {
      id: 'k',
      activeFrom: '2026-01-01T00:00:00.000Z',
      value: '{"kty":"EC","crv":"P-256","d":"secret-part"}',
    },
  ]),
}

export const webPubSub = {
  WEB_PUBSUB_CONNECTION_STRING: 'Endpoint=https://x.webpubsub.azure.com;AccessKey=marker-key==;Version=1.0;',
}
export const upstash = {
  UPSTASH_REDIS_REST_URL: 'https://example.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: 'token-marker',
}
export const redis = { REDIS_URL: 'rediss://user:password-marker@example.redis.azure.net:10000' }

/** What production asks for where instances come and go. */
export const onServices = {
  ...production,
  ...webPubSub,
  ...redis,
  COSMOS_ENDPOINT: 'https://a.documents.azure.com',
  MSSQL_SERVER: 'a.database.windows.net',
  AZURE_STORAGE_ACCOUNT_NAME: 'toolsincfiles',
}

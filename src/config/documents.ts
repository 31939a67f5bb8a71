import { z } from 'zod'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { originOf, partsOf } from './connection-string.ts'
import { csv, serviceUrl, wholeNumber } from './schemas.ts'
import { keptInOneInstance, server } from './server.ts'

/** Of autoscale: the least that the service gives, and in what steps. */
const step = 1000
const autoscaleMax = wholeNumber(step, 1e6).refine(
  (units) => units % step === 0,
  `must be a multiple of ${step}`,
)

const connectionString = {
  becomes: ['COSMOS_ENDPOINT', 'COSMOS_KEY'],
  holds: 'AccountEndpoint=…;AccountKey=…',
  readAs(text: string) {
    const parts = partsOf(text)
    const endpoint = originOf(parts.get('accountendpoint'))
    const key = parts.get('accountkey')
    return endpoint && key ? { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key } : null
  },
} as const

export const documents = area({
  title: 'Documents',
  settings: {
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
    COSMOS_PREFERRED_REGIONS: {
      schema: csv.pipe(
        z
          .array(
            z
              .string()
              .regex(/^[A-Za-z][A-Za-z0-9 ]{1,39}$/, 'must be names of Azure regions, separated by commas'),
          )
          .min(1)
          .max(50),
      ),
      example: 'West Europe,North Europe',
      says: 'The regions of the account to read from, nearest first. Unset: from the region that takes the writes. Writes always go to that one. Where the consistency is weaker than Strong, another region may answer what is older.',
    },
    COSMOS_DATABASE: {
      schema: z.string().regex(/^[\w-]{1,255}$/, 'must be letters, digits, - and _'),
      fallback: 'toolsinc-db',
      says: 'The database in the Cosmos DB account.',
    },
    COSMOS_MAX_RU: {
      schema: autoscaleMax,
      says: 'Request units per second, at most, that the database has for the containers that share them, for `npm run azure:setup`. Unset on a serverless account.',
    },
    COSMOS_OWN_MAX_RU: {
      schema: autoscaleMax,
      says: 'With COSMOS_MAX_RU: the same for each container that is busy enough to have its own (accounts, sessions, messages, inboxes, progress). 1000 when unset.',
    },
  },
  owns: ['COSMOS_'],
  olderNames: {
    COSMOS_CONNECTION_STRING: connectionString,
    COSMOS_DB_CONNECTION_STRING: connectionString,
    COSMOS_DB_ENDPOINT: { is: 'COSMOS_ENDPOINT' },
    COSMOS_DB_KEY: { is: 'COSMOS_KEY' },
    COSMOS_FULL_TEXT: { warns: 'Messages are found by their words in every account.' },
  },
  read(values, context) {
    const { isSet, problem, read } = context
    const { isProduction, isDisposable } = read(server)
    const kind = chooseKind(context, 'DOCUMENTS', values.DOCUMENTS, { cosmos: ['COSMOS_ENDPOINT'] }, 'sqlite')
    for (const name of [
      'COSMOS_KEY',
      'COSMOS_PREFERRED_REGIONS',
      'COSMOS_DATABASE',
      'COSMOS_MAX_RU',
      'COSMOS_OWN_MAX_RU',
    ] as const)
      if (isSet(name) && !isSet('COSMOS_ENDPOINT') && values.DOCUMENTS === undefined)
        problem('COSMOS_ENDPOINT', `is needed where ${name} is set`)
    if (isSet('COSMOS_OWN_MAX_RU') && values.COSMOS_MAX_RU === undefined)
      problem('COSMOS_MAX_RU', 'is needed where COSMOS_OWN_MAX_RU is set')
    const instead = 'Set COSMOS_ENDPOINT, which chooses cosmos.'
    if (isProduction && kind === 'memory')
      problem('DOCUMENTS', `memory forgets everything and is refused in production. ${instead}`)
    if (isDisposable && kind === 'sqlite') problem('DOCUMENTS', keptInOneInstance('sqlite', instead))
    return {
      config: {
        documents: {
          memory: { kind: 'memory' as const },
          sqlite: { kind: 'sqlite' as const },
          cosmos: {
            kind: 'cosmos' as const,
            endpoint: values.COSMOS_ENDPOINT ?? '',
            preferredRegions: values.COSMOS_PREFERRED_REGIONS,
            databaseName: values.COSMOS_DATABASE,
            throughput:
              values.COSMOS_MAX_RU === undefined
                ? undefined
                : { shared: values.COSMOS_MAX_RU, own: values.COSMOS_OWN_MAX_RU ?? step },
          },
        }[kind],
      },
      secrets: {
        /** Without it the managed identity signs in. */
        cosmosKey: values.COSMOS_KEY,
      },
    }
  },
})

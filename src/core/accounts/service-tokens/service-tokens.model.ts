import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { DisplayName } from '../../kernel/display-name.ts'
import { longestLastingDays } from '../users/disowned.model.ts'

/** What a program may do that is nobody's. */
export const ServiceScope = z.enum(['forms:read', 'forms:content', 'reports:read', 'metrics:read']).meta({
  id: 'ServiceScope',
  description:
    '`forms:read`: the list of forms without what was written; `forms:content`: with it; `reports:read`: counts; `metrics:read`: how the service does, without anything of a person.',
})
export type ServiceScope = z.infer<typeof ServiceScope>

/** A key that a program signs in with, such as a data pipeline. */
export interface ServiceToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly ServiceScope[]
  /** SHA-256 of its secret part. The token itself is shown once and kept nowhere. */
  readonly secretHash: string
  /** The id of the administrator who made it. */
  readonly createdBy: string
  readonly createdAt: string
  readonly lastUsedAt: string | null
  readonly expiresAt: string
}

/** Partition `id`: the token names it, so each use is one point read. The few there are are listed by a scan. */
export const serviceTokens = collection<ServiceToken>()({
  name: 'ServiceTokens',
  partition: 'id',
  paths: {},
  ttl: 'expiresAt',
})

export const NewServiceToken = z
  .strictObject({
    name: DisplayName({ min: 1, max: 100, has: 'anything' }),
    scopes: z.array(ServiceScope).min(1).max(10),
    expiresInDays: z.number().int().min(1).max(longestLastingDays).default(365),
  })
  .meta({ id: 'NewServiceToken' })
export type NewServiceToken = z.infer<typeof NewServiceToken>

const Timestamp = z.iso.datetime()

export const ServiceTokenView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(ServiceScope),
    createdBy: z.string(),
    createdAt: Timestamp,
    lastUsedAt: Timestamp.nullable().meta({ description: 'To the hour.' }),
    expiresAt: Timestamp,
    isRefused: z.boolean().meta({
      description:
        'It lets nobody in: whoever made it is no administrator any more, or has won the account back from somebody who made it.',
    }),
  })
  .meta({ id: 'ServiceToken' })
export type ServiceTokenView = z.infer<typeof ServiceTokenView>

export const ServiceTokenCreated = ServiceTokenView.extend({
  token: z.string().meta({ description: 'Shown this once. Sent as `Authorization: Bearer`.' }),
}).meta({ id: 'ServiceTokenCreated' })

import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { sentBack } from '../../kernel/sent-back.ts'

const Timestamp = z.iso.datetime()
const publicKeyExample =
  'BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU'

export const PushKeyAnswer = z
  .object({
    publicKey: z.string().nullable().meta({
      description: 'For `applicationServerKey`. Null: browsers are not told anything here.',
      example: publicKeyExample,
    }),
  })
  .meta({ id: 'PushKey' })
export type PushKeyAnswer = z.infer<typeof PushKeyAnswer>

export const PushDevice = z
  .object({
    id: z.string().meta({
      description: 'SHA-256 of `push web ` and the endpoint, base64url: by it a browser finds itself.',
      example: 'pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4',
    }),
    device: z.string().meta({ example: 'Firefox on Windows' }),
    pushService: z.string().meta({
      description: 'By whom the device is told.',
      example: 'updates.push.services.mozilla.com',
    }),
    isOfThisSession: z.boolean(),
    isKeyCurrent: z.boolean().meta({
      description: 'False: subscribe anew with the key of `GET /notifications/push/key` soon.',
    }),
    createdAt: Timestamp,
    renewedAt: Timestamp.meta({ description: 'When it last said that it is there.' }),
    toldUntil: Timestamp.meta({ description: 'Unless it is renewed, or its session is ended, before.' }),
  })
  .meta({ id: 'PushDevice' })
export type PushDevice = z.infer<typeof PushDevice>

const Subscription = z.strictObject({
  endpoint: z.string().min(1).max(1_024),
  expirationTime: z
    .number()
    .nullable()
    .optional()
    .meta({ description: 'As browsers say it. It is not made use of.' }),
  keys: z.strictObject({ p256dh: z.string().max(100), auth: z.string().max(40) }),
  publicKey: z
    .string()
    .max(100)
    .meta({ description: 'The key with which the browser subscribed.', example: publicKeyExample }),
})

export const NewPushDevice = sentBack(Subscription, PushDevice).meta({
  id: 'NewPushDevice',
  description: 'What `PushSubscription.toJSON()` says, and our key.',
})
export type NewPushDevice = z.infer<typeof NewPushDevice>

export const TestedPush = z
  .object({
    outcome: z.enum(['sent', 'gone', 'refused', 'later']).meta({
      description:
        '`sent`: the push service has taken it. `gone`: it no longer knows the device, which is forgotten. `later`: it cannot now. `refused`: it never will.',
    }),
  })
  .meta({ id: 'TestedPush' })
export type TestedPush = z.infer<typeof TestedPush>

export const OpenedPush = z
  .object({ notificationId: z.string() })
  .meta({ id: 'OpenedPush', description: 'What was told of.' })
export type OpenedPush = z.infer<typeof OpenedPush>

export const sharedDevice = defineError(
  'conflict',
  'shared_device',
  'Nothing is told on a computer that others use too.',
)
export const pushUnavailable = defineError(
  'conflict',
  'push_unavailable',
  'Nothing is told on devices of this kind here.',
)
export const unknownPushKey = defineError(
  'conflict',
  'unknown_push_key',
  'This device subscribed with a key that is no longer ours. Subscribe anew.',
)

export const wrongEndpoint = 'Must be an address of a push service that is called from here.'
export const wrongKeys = 'Must be the keys of a subscription.'

import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { pushOutbox, shardOf } from './outbox.model.ts'
import type { PushDevices } from './push-devices.ts'
import { pushSubscriptions } from './subscriptions.model.ts'

export const createPushPersonalData = (
  { documents, pusher }: Needs<'documents' | 'pusher'>,
  devices: Pick<PushDevices, 'list' | 'forget'>,
): readonly PersonalData[] => {
  const dueOf = (userId: string, service: string) =>
    walk((after) =>
      documents.query(pushOutbox, {
        path: 'byUser',
        partition: shardOf(service, userId),
        equals: { userId },
        limit: 100,
        ...after,
      }),
    )
  return [
    {
      store: pushSubscriptions.name,
      dataClass: 'personal',
      fields: ['device', 'host', 'origin', 'createdAt', 'renewedAt', 'goneAt'],
      withheld: ['sealedTarget', 'publicKey', 'sessionId'],
      purpose: 'The devices on which somebody is told that there is something new.',
      retention:
        'Until the session that it was set up in is ended, the push service forgets the device, or it was not heard of for as long as a session can last.',
      collect: async ({ userId }) =>
        (await devices.list(userId)).map(({ device, host, origin, createdAt, renewedAt, goneAt }) => ({
          device,
          host,
          origin,
          createdAt,
          renewedAt,
          goneAt,
        })),
      async erase({ userId }) {
        for (const { id } of await devices.list(userId)) await devices.forget(userId, id)
        return nothingKept
      },
    },
    {
      store: pushOutbox.name,
      dataClass: 'personal',
      fields: [],
      withheld: ['userId', 'notificationId'],
      purpose: 'What waits to be told to a device, and where a tap on it leads.',
      retention: '14 days.',
      notExported: 'Says no more than the list of notifications does.',
      async erase({ userId }) {
        for (const service of pusher.services)
          for await (const { value } of dueOf(userId, service))
            await documents.remove(pushOutbox, { partition: value.shard, id: value.id })
        return nothingKept
      },
    },
  ]
}

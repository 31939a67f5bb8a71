import type { Needs } from '../../../ports/ports.ts'
import { type RandomBytes, randomBytes } from '../../../ports/random-bytes.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace, type Job, type Limit } from '../../kernel/domain.ts'
import { notFound, tooMany } from '../../kernel/errors.ts'
import { createQuestion } from '../../kernel/events.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Limits } from '../../platform/limits/limits.ts'
import { createEnqueuePush, type DueKey } from './enqueue-push.ts'
import { pushOutbox, shardOf, shardsOf } from './outbox.model.ts'
import { createPatience } from './patience.ts'
import { createPushPersonalData } from './personal-data.ts'
import type { AskStillToTell, ToTell } from './push.model.ts'
import { createPushDevices } from './push-devices.ts'
import { createSendPush } from './send-push.ts'
import { createSendTest } from './send-test.ts'
import type { NewPushDevice, OpenedPush, PushDevice, PushKeyAnswer } from './subscribe.model.ts'
import { pushSubscriptions } from './subscriptions.model.ts'

const minuteMs = 60_000
/** Nearly always nothing is due: a first look costs little. */
const firstLook = 10
const batch = 100

export interface PushBorrows {
  readonly auth: Pick<Auth, 'notEnded' | 'sessionsEnded'>
  readonly keys: Pick<Keys, 'open' | 'seal' | 'sign'>
  readonly limits: Pick<Limits, 'take'>
  readonly users: Pick<Users, 'epochRaised'>
}

const limits = {
  devices: { name: 'pushDevices', requests: 60, windowSeconds: 3_600, requestsWhenAlone: 20 },
  tests: { name: 'pushTests', requests: 5, windowSeconds: 600, requestsWhenAlone: 2 },
} satisfies Record<string, Limit>

/**
 * Tells people's devices that something is there, and nothing else. What there is, who may know of it and when is the
 * business of whoever keeps the notifications: `enqueue` is told, and `stillToTell` asks, directly before each sending.
 */
export function createPush(
  needs: Needs<'ciphers' | 'clock' | 'defer' | 'documents' | 'log' | 'pusher' | 'telemetry'> & {
    readonly random?: RandomBytes
  },
  borrows: PushBorrows,
) {
  const { clock, defer, documents, pusher, random = randomBytes } = needs
  const answerers = createQuestion<'notices', AskStillToTell>('push.still-to-tell')
  const patience = createPatience(clock)
  const devices = createPushDevices(needs, borrows)
  const enqueueDue = createEnqueuePush(needs, { keys: borrows.keys, listSubscriptions: devices.list })
  const sendOne = createSendPush(needs, {
    random,
    patience,
    stillToTell: async (asked) => (await answerers.of('notices')?.(asked)) ?? { is: 'no' },
    findReachable: devices.findReachable,
    forget: devices.forget,
  })
  const sendTest = createSendTest(needs, {
    devices,
    keys: borrows.keys,
    takeTurn: (actor) => takeTurn(limits.tests, actor),
  })
  const sendInTurn = (due: DueKey): Promise<void> => patience.inTurn(due.host, () => sendOne(due))

  async function takeTurn(limit: Limit, { userId }: Actor): Promise<void> {
    const { isExceeded, resetInSeconds } = await borrows.limits.take([limit], userId, 1)
    if (isExceeded) throw tooMany('Too many in a short time.', resetInSeconds)
  }

  async function sendDueOf(shard: string): Promise<void> {
    for (let limit = firstLook; ; limit = batch) {
      const { items } = await documents.query(pushOutbox, {
        path: 'byDue',
        partition: shard,
        equals: { state: 'waiting' },
        limit,
      })
      const now = new Date(clock.now()).toISOString()
      const due = items.filter(({ value }) => value.dueAt <= now)
      await Promise.all(due.map(({ value: { id, host } }) => sendInTurn({ partition: shard, id, host })))
      if (due.length < limit) return
    }
  }

  const jobs: readonly Job[] = [
    {
      name: 'send-push',
      everyMs: minuteMs / 2,
      async run() {
        // Each push service by itself: none of them waits for another.
        const outcomes = await Promise.allSettled(pusher.services.flatMap(shardsOf).map(sendDueOf))
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
      },
    },
  ]

  return {
    ...emptyFace,
    jobs,
    limits: Object.values(limits),
    listeners: [
      borrows.users.epochRaised.listener('push', async ({ id }) => {
        await devices.forgetNotTold(id)
      }),
      borrows.auth.sessionsEnded.listener('push', ({ userId, covers }) =>
        devices.forgetEnded(userId, covers),
      ),
    ],
    personalData: createPushPersonalData(needs, devices),
    /** For who keeps the notifications: `stillToTell.listener('notices', ask)`. */
    stillToTell: answerers,

    /**
     * To be told to each of the person's devices; nothing where they have none. Durable when it resolves, and the same again is
     * harmless: what stands on a screen already is not told anew until it was seen. `stillToTell` is asked before anything
     * goes out; while it does not know the notification yet it answers `later`.
     */
    async enqueue(toTell: ToTell): Promise<void> {
      const due = await enqueueDue(toTell)
      if (toTell.notBefore && Date.parse(toTell.notBefore) > clock.now()) return
      for (const each of due) defer.run('send-push', () => sendInTurn(each))
    },

    async publicKey(): Promise<PushKeyAnswer> {
      const current = (await pusher.publicKeys()).find(({ isCurrent }) => isCurrent)
      return { publicKey: current?.publicKey ?? null }
    },
    listDevices: devices.listOwn,
    async subscribe(actor: Actor, device: NewPushDevice, origin: string): Promise<PushDevice> {
      await takeTurn(limits.devices, actor)
      return devices.subscribe(actor, device, origin)
    },
    removeDevice: devices.remove,
    test: sendTest,

    /** What stands behind the address that a device was told. Nothing for anybody but the person who was told. */
    async open({ userId }: Actor, opaque: string): Promise<OpenedPush> {
      const found = await Promise.all(
        pusher.services.map((service) =>
          documents.read(pushOutbox, { partition: shardOf(service, userId), id: opaque }),
        ),
      )
      const told = found.find((each) => each?.value.userId === userId)
      if (!told) throw notFound()
      return { notificationId: told.value.notificationId }
    },
  }
}

export type Push = ReturnType<typeof createPush>

export const pushDomain = { collections: [pushSubscriptions, pushOutbox], create: createPush }

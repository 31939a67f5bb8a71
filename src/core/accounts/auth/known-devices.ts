import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { User } from '../users/users.model.ts'
import { knownForDays } from './auth.model.ts'
import { isEqual } from './refresh-token.ts'

const dayMs = 86_400_000
/** So that whoever uses a device every week is not forgotten. */
const renewedAfterDays = 30
/** People who sign in on one device, such as a family. */
const mostPeople = 5
const knownAfterResetForDays = 2
const purpose = 'known device'

export type Account = Pick<User, 'id' | 'securityEpoch'>

/** `{id}.{day}.{signature}`; what it is signed for is not in it. */
interface Entry {
  readonly id: string
  /** The first day, counted from 1970, on which it is good no longer. */
  readonly untilDay: number
  readonly signature: string
}
const shape = /^([\w-]{22})\.([0-9a-z]{1,5})\.([\w-]{22})$/

const entriesOf = (cookie: string | undefined): Entry[] =>
  (cookie ?? '').split('~', mostPeople).flatMap((text) => {
    const [, id, day = '', signature] = shape.exec(text) ?? []
    return id === undefined || signature === undefined
      ? []
      : [{ id, untilDay: Number.parseInt(day, 36), signature }]
  })

/**
 * What a browser keeps to show that somebody has signed in with it before. For each of its people there is a random
 * number, new at each login, and a signature over it, the account and the account's security epoch: it names nobody, is
 * good for one account alone, and for nothing once what ended every session of that account has happened. Nothing is
 * stored here. It opens nothing: it only keeps strangers' guesses from counting against its owner's.
 */
export function createKnownDevices({ clock }: Needs<'clock'>, keys: Keys) {
  const today = () => Math.floor(clock.now() / dayMs)
  const signed = (
    { id, untilDay }: Omit<Entry, 'signature'>,
    { id: userId, securityEpoch }: Account,
  ): string => [id, untilDay, userId, securityEpoch].join(' ')

  async function isOf(entry: Entry, user: Account): Promise<boolean> {
    const genuine = await keys.signatures(purpose, signed(entry, user))
    return genuine.some((signature) => isEqual(signature, entry.signature))
  }
  const standing = (cookie: string | undefined): Entry[] =>
    entriesOf(cookie).filter(({ untilDay }) => untilDay > today() && untilDay <= today() + knownForDays)

  async function find(entries: readonly Entry[], user: Account): Promise<Entry | null> {
    for (const entry of entries) if (await isOf(entry, user)) return entry
    return null
  }

  const isNotKept = ({ role }: User, isOnSharedDevice: boolean) => isOnSharedDevice || role === 'guest'

  /** With a new number for this account, before the others. */
  async function write(entries: readonly Entry[], user: Account, forDays: number): Promise<string> {
    const known = await find(entries, user)
    const unsigned = { id: encodeBase64url(randomBytes(16)), untilDay: today() + forDays }
    const entry = { ...unsigned, signature: await keys.sign(purpose, signed(unsigned, user)) }
    return [entry, ...entries.filter((other) => other !== known)]
      .slice(0, mostPeople)
      .map(({ id, untilDay, signature }) => `${id}.${untilDay.toString(36)}.${signature}`)
      .join('~')
  }

  return {
    /** The number by which this account knows the device; null where it does not. */
    async recognize({ device }: Caller, user: Account): Promise<string | null> {
      return (await find(standing(device), user))?.id ?? null
    },

    /** What the device is to keep from now on; null where it keeps nothing. */
    async atLogin(user: User, { device }: Caller, isOnSharedDevice: boolean): Promise<string | null> {
      return isNotKept(user, isOnSharedDevice) ? null : write(standing(device), user, knownForDays)
    },

    /** Whatever ended the other sessions has made this device a stranger too, which it is not. Null: it keeps all it needs. */
    async atRefresh(user: User, { device }: Caller, isOnSharedDevice: boolean): Promise<string | null> {
      if (isNotKept(user, isOnSharedDevice)) return null
      const entries = standing(device)
      const known = await find(entries, user)
      const isRecent = known && known.untilDay - today() >= knownForDays - renewedAfterDays
      return isRecent ? null : write(entries, user, knownForDays)
    },

    /** Only for as long as it takes to sign in: whether the device is shared is said no sooner. */
    afterReset: (user: User, { device }: Caller): Promise<string> =>
      write(standing(device), user, knownAfterResetForDays),
  }
}

export type Devices = ReturnType<typeof createKnownDevices>

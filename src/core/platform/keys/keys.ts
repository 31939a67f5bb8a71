import { decodeBase64url, encodeBase64url } from '../../../ports/base64url.ts'
import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { type RandomBytes, randomBytes } from '../../../ports/random-bytes.ts'
import { keyInUse, type SecretVersion } from '../../../ports/secrets.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { createWatchKeys } from './watch-keys.ts'

interface MasterKey {
  readonly id: string
  readonly activeFromMs: number
  readonly secret: Uint8Array<ArrayBuffer>
}

const reloadAfterMs = 5 * 60_000
const rememberedPseudonyms = 20_000

/** The id of the master key that something was sealed with. */
export const sealedWith = (sealed: string): string => sealed.split('.', 1)[0] ?? ''

/**
 * The core's only user of the master key. Each purpose gets a key of its own (HKDF-SHA-256), so that what is learned about
 * one says nothing about another.
 */
export function createKeys({
  secrets,
  clock,
  ciphers,
  random = randomBytes,
}: Needs<'secrets' | 'clock' | 'ciphers'> & { readonly random?: RandomBytes }) {
  let masters: readonly MasterKey[] = []
  let loadedAt = Number.NEGATIVE_INFINITY
  const derived = new Map<string, Uint8Array<ArrayBuffer>>()
  /** By master key and purpose, then by value, from when they are first asked for: two at once compute one. */
  const pseudonyms = new Map<string, Map<string, Promise<string>>>()
  let remembered = 0

  /** A key is named by what it is, so that it is found again wherever it stands in the list. */
  async function readMaster({ id: given, value, activeFrom }: SecretVersion): Promise<MasterKey> {
    const secret = decodeBase64url(value)
    if (!secret || secret.length < 32)
      throw new Error(`master key ${given} is not 32 or more bytes of base64url`)
    const digest = await ciphers.digest(`master key id ${value}`)
    return { id: encodeBase64url(digest.subarray(0, 9)), activeFromMs: Date.parse(activeFrom), secret }
  }
  async function load(): Promise<void> {
    const versions = await secrets.versions('master-key')
    masters = await Promise.all(versions.map(readMaster))
    loadedAt = clock.now()
  }
  /** The key in use while our copy of the list is young enough. */
  function current(): MasterKey | undefined {
    const now = clock.now()
    return isRecent(loadedAt, reloadAfterMs, now) ? keyInUse(masters, now) : undefined
  }
  async function active(): Promise<MasterKey> {
    const known = current()
    if (known) return known
    await load()
    const master = keyInUse(masters, clock.now())
    if (!master) throw new PortUnavailable('secrets', { cause: new Error('there is no master key') })
    return master
  }
  /** Whether the clock says that no key is to be used yet. */
  function isAheadOfClock(): boolean {
    const now = clock.now()
    return masters.length > 0 && masters.every(({ activeFromMs }) => activeFromMs > now)
  }
  async function byId(id: string): Promise<MasterKey | undefined> {
    await active()
    if (!masters.some((master) => master.id === id)) await load()
    return masters.find((master) => master.id === id)
  }
  async function keyFor(master: MasterKey, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
    const name = `${master.id} ${purpose}`
    let key = derived.get(name)
    if (!key) {
      key = await ciphers.deriveKey(master.secret, purpose)
      derived.set(name, key)
    }
    return key
  }

  function pseudonymUnder(master: MasterKey, purpose: string, value: string): Promise<string> {
    const name = `${master.id} ${purpose}`
    const known = pseudonyms.get(name)?.get(value)
    if (known) return known
    if (remembered >= rememberedPseudonyms) {
      pseudonyms.clear()
      remembered = 0
    }
    const ofPurpose = pseudonyms.get(name) ?? new Map<string, Promise<string>>()
    pseudonyms.set(name, ofPurpose)
    const compute = async () => {
      try {
        const mac = await ciphers.mac(await keyFor(master, `pseudonym ${purpose}`), value)
        return encodeBase64url(mac.subarray(0, 16))
      } catch (error) {
        ofPurpose.delete(value)
        throw error
      }
    }
    const pseudonym = compute()
    ofPurpose.set(value, pseudonym)
    remembered++
    return pseudonym
  }

  async function signatureUnder(master: MasterKey, purpose: string, text: string): Promise<string> {
    const mac = await ciphers.mac(await keyFor(master, `signature ${purpose}`), text)
    return encodeBase64url(mac.subarray(0, 16))
  }

  return {
    ...emptyFace,
    /** The same name for the same text, from which nobody without the key can find the text: 128 bits, base64url. */
    pseudonym: async (purpose: string, value: string): Promise<string> =>
      pseudonymUnder(current() ?? (await active()), purpose, value),
    /** Every name it may have been given, under each master key still known: to find what was stored before a rotation. */
    async pseudonyms(purpose: string, value: string): Promise<readonly string[]> {
      await active()
      return Promise.all(masters.map((master) => pseudonymUnder(master, purpose, value)))
    },
    /**
     * What proves later that this text was written here: 128 bits, base64url. Unlike a pseudonym it is made anew each time,
     * for texts that are not asked about again and again.
     */
    sign: async (purpose: string, text: string): Promise<string> =>
      signatureUnder(current() ?? (await active()), purpose, text),
    /** The same under each master key still known: to recognize what was signed before a rotation. */
    async signatures(purpose: string, text: string): Promise<readonly string[]> {
      await active()
      return Promise.all(masters.map((master) => signatureUnder(master, purpose, text)))
    },
    isAheadOfClock,
    activeKeyId: async (): Promise<string> => (await active()).id,
    /** Encrypts, bound to `place`: what is sealed for one place does not open in another. */
    async seal(purpose: string, place: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
      const master = await active()
      const key = await keyFor(master, `seal ${purpose}`)
      const iv = random(12)
      const sealed = await ciphers.encrypt(key, iv, place, bytes)
      return [master.id, encodeBase64url(iv), encodeBase64url(sealed)].join('.')
    },
    /** What `seal` was given, or null when the text was altered, moved, or its key is gone. */
    async open(purpose: string, place: string, sealed: string): Promise<Uint8Array<ArrayBuffer> | null> {
      const [id = '', iv = '', ciphertext = ''] = sealed.split('.')
      const [ivBytes, bytes, master] = [decodeBase64url(iv), decodeBase64url(ciphertext), await byId(id)]
      if (!ivBytes || !bytes || !master) return null
      return ciphers.decrypt(await keyFor(master, `seal ${purpose}`), ivBytes, place, bytes)
    },
  }
}

export type Keys = ReturnType<typeof createKeys>

export const keysDomain = {
  collections: [],
  create: (needs: Needs<'secrets' | 'clock' | 'ciphers' | 'telemetry'>) => ({
    ...createKeys(needs),
    jobs: [createWatchKeys(needs)],
  }),
}

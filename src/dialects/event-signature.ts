import type { EventOrigin } from '../ports/realtime.ts'

/** As Web PubSub signs upstream events: `sha256=<hex>` of the connection id, once with each key of the service. */
const signature = /^sha256=([\da-f]{64})$/i
/** The service has two keys. */
const maxSignatures = 2

const utf8 = new TextEncoder()

const importKey = (key: string) =>
  crypto.subtle.importKey('raw', utf8.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ])

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

export function createEventSignatures(keys: readonly string[]) {
  let imported: Promise<CryptoKey[]> | undefined
  const importOnce = () => {
    imported ??= Promise.all(keys.map(importKey))
    return imported
  }
  return {
    async sign(connectionId: string): Promise<string> {
      const sign = async (key: CryptoKey) =>
        `sha256=${toHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8.encode(connectionId))))}`
      return (await Promise.all((await importOnce()).map(sign))).join(',')
    },
    /** Compares every signature with every key, in constant time and without stopping at the first that fits. */
    async isSigned(event: Pick<EventOrigin, 'connectionId' | 'signature'>): Promise<boolean> {
      const given = event.signature.split(',', maxSignatures + 1)
      if (given.length > maxSignatures) return false
      const codes = given.flatMap((part) => signature.exec(part.trim())?.[1] ?? [])
      const cryptoKeys = await importOnce()
      const verdicts = await Promise.all(
        codes.flatMap((code) =>
          cryptoKeys.map((key) =>
            crypto.subtle.verify('HMAC', key, fromHex(code), utf8.encode(event.connectionId)),
          ),
        ),
      )
      return verdicts.includes(true)
    },
  }
}

import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url } from '../../src/ports/base64url.ts'
import type { Ciphers } from '../../src/ports/ciphers.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const key = Uint8Array.from({ length: 32 }, (_, i) => i)
const iv = Uint8Array.from({ length: 12 }, (_, i) => i)

/** What was sealed with one adapter is opened with another: the outcomes are written here. */
export function describeCiphers(name: string, create: () => Ciphers): void {
  const ciphers = create()

  test(`${name}: the digest and the keyed hash are those of the standards`, async () => {
    expect(hex(await ciphers.digest('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    // RFC 4231, test case 2, whose key is shorter than ours.
    expect(hex(await ciphers.mac(bytesOf('Jefe'), 'what do ya want for nothing?'))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  test(`${name}: a key for each purpose, always the same`, async () => {
    const derived = await ciphers.deriveKey(key, 'one')
    expect(encodeBase64url(derived)).toBe('zawHVAXelft91IYRtFrARqssYm4fYisQtGmMF9RSjWw')
    expect(encodeBase64url(await ciphers.deriveKey(key, 'two'))).not.toBe(encodeBase64url(derived))
  })

  test(`${name}: what is sealed is the same everywhere, and opens in its place alone`, async () => {
    const sealed = await ciphers.encrypt(key, iv, 'place', bytesOf('hello, Zoë'))
    expect(encodeBase64url(sealed)).toBe('L2e6d6rJ4kHigjycJkE9RNzw59uCbwPLH3TA')
    expect(await ciphers.decrypt(key, iv, 'place', sealed)).toEqual(bytesOf('hello, Zoë'))
    expect(await ciphers.decrypt(key, iv, 'elsewhere', sealed)).toBeNull()
    expect(await ciphers.decrypt(iv, iv, 'place', sealed)).toBeNull()
    expect(await ciphers.decrypt(Uint8Array.from(key).reverse(), iv, 'place', sealed)).toBeNull()
    expect(await ciphers.decrypt(key, Uint8Array.from(iv).reverse(), 'place', sealed)).toBeNull()
    for (let i = 0; i < sealed.length; i++) {
      const altered = Uint8Array.from(sealed)
      altered[i] = (altered[i] ?? 0) ^ 1
      expect(await ciphers.decrypt(key, iv, 'place', altered)).toBeNull()
    }
    for (const length of [0, 5, 15, sealed.length - 1])
      expect(await ciphers.decrypt(key, iv, 'place', sealed.slice(0, length))).toBeNull()
  })

  test(`${name}: signs so that everybody with the public key can tell, and with no other key`, async () => {
    const es256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
    const { privateKey, publicKey } = await crypto.subtle.generateKey(es256, true, ['sign', 'verify'])
    const sign = await ciphers.importSigner(await crypto.subtle.exportKey('jwk', privateKey))
    const [first, second] = [await sign('hello, Zoë'), await sign('hello, Zoë')]
    expect(first).toHaveLength(64)
    expect(hex(first)).not.toBe(hex(second))
    const isSigned = (signature: Uint8Array<ArrayBuffer>, text: string) =>
      crypto.subtle.verify(es256, publicKey, signature, bytesOf(text))
    expect(await isSigned(first, 'hello, Zoë')).toBe(true)
    expect(await isSigned(second, 'hello, Zoe')).toBe(false)

    const longer = { ...es256, namedCurve: 'P-384' }
    const other = await crypto.subtle.generateKey(longer, true, ['sign', 'verify'])
    const jwk = await crypto.subtle.exportKey('jwk', other.privateKey)
    await expect(ciphers.importSigner(jwk)).rejects.toThrow()
  })

  test(`${name}: nothing, and a megabyte`, async () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(1_000_000).fill(7)])
      expect(await ciphers.decrypt(key, iv, '', await ciphers.encrypt(key, iv, '', bytes))).toEqual(bytes)
    expect(decodeBase64url(encodeBase64url(new Uint8Array(1_000_000).fill(7)))?.length).toBe(1_000_000)
  })
}

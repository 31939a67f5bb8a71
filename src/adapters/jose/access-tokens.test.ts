import { exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import type { SecretVersion } from '../../ports/secrets.ts'
import { createWebCiphers } from '../web-crypto/ciphers.ts'
import { createJoseAccessTokens, createSigningKey } from './access-tokens.ts'

const start = Date.UTC(2026, 10, 24)
const hourMs = 3_600_000
const ciphers = createWebCiphers()
const iso = (ms: number) => new Date(ms).toISOString()

async function setup() {
  let now = start
  const versions: SecretVersion[] = [await createSigningKey(iso(start - hourMs))]
  const open = (audience = 'web') =>
    createJoseAccessTokens({
      secrets: {
        versions: async () => versions.toSorted((a, b) => b.activeFrom.localeCompare(a.activeFrom)),
      },
      ciphers,
      clock: { now: () => now },
      issuer: 'api',
      audience,
      retireAfterMs: 20 * 60_000,
    })
  const claims = () => {
    const iat = Math.floor(now / 1000)
    return { sub: 'u', sid: 's', role: 'user', jti: 'j', iat, exp: iat + 900 }
  }
  const kidsOf = async (tokens: ReturnType<typeof open>) =>
    (await tokens.publicKeys()).keys.map(({ kid }) => String(kid))
  return {
    versions,
    open,
    claims,
    kidsOf,
    pass: (ms: number) => {
      now += ms
    },
  }
}

test('what it signed it verifies, until its time has passed', async () => {
  const { open, claims, pass } = await setup()
  const tokens = open()
  const given = claims()
  const token = await tokens.sign(given)
  expect(await tokens.verify(token)).toEqual({ verdict: 'valid', claims: given })
  pass(899_000)
  expect((await open().verify(token)).verdict).toBe('valid')
  pass(1_000)
  expect((await tokens.verify(token)).verdict).toBe('expired')
  expect((await open().verify(token)).verdict).toBe('expired')
})

test('another audience, another key, another issuer, no token', async () => {
  const { open, claims } = await setup()
  const stranger = await setup()
  const token = await open().sign(claims())
  expect((await open('other').verify(token)).verdict).toBe('forged')
  expect((await stranger.open().verify(token)).verdict).toBe('forged')
  expect((await open().verify(`${token.slice(0, -4)}AAAA`)).verdict).toBe('forged')
  for (const text of ['', 'a.b.c', 'x', `${btoa('{}')}.${btoa('{"iss":"other"}')}.x`])
    expect((await open().verify(text)).verdict).toBe('foreign')
})

test('only ES256 by a key of ours, as an access token in its time: whatever else a token says of itself', async () => {
  const { open, claims, versions, kidsOf } = await setup()
  const { sub, iat, exp, ...rest } = claims()
  const [kid = ''] = await kidsOf(open())
  const jwk = JSON.parse(versions[0]?.value ?? '') as JWK
  const { d: _, ...publicPart } = jwk
  const own = await importJWK(jwk, 'ES256')
  const strangers = await generateKeyPair('ES256', { extractable: true })
  const payload = { ...rest, sub, iss: 'api', aud: 'web', iat, exp }
  const byKey = (header: object, key: Parameters<SignJWT['sign']>[0] = strangers.privateKey, changed = {}) =>
    new SignJWT({ ...payload, ...changed })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header } as never)
      .sign(key)
  const asText = new TextEncoder().encode(
    await exportSPKI((await importJWK(publicPart, 'ES256', { extractable: true })) as never),
  )
  expect((await open().verify(await byKey({}, own))).verdict).toBe('valid')

  const forged: Readonly<Record<string, string>> = {
    'no signature': new UnsecuredJWT(payload).encode(),
    'no signature, with our id': `${btoa(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid })).replaceAll('=', '')}.${
      (await byKey({})).split('.')[1]
    }.`,
    'HS256 with our public key': await byKey({ alg: 'HS256' }, asText),
    'HS256 with our public coordinates': await byKey(
      { alg: 'HS256' },
      new TextEncoder().encode(JSON.stringify(publicPart)),
    ),
    'a key it brings along': await byKey({ jwk: publicPart }),
    'an address of keys': await byKey({ jku: 'https://evil.example/jwks.json' }),
    'an address of certificates': await byKey({ x5u: 'https://evil.example/key.pem' }),
    'the id of no key': await byKey({ kid: '../../dev/null' }, own),
    'a critical extension': await byKey({}, own).then((text) =>
      text.replace(
        /^[^.]+/,
        btoa(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid, crit: ['b64'], b64: false })).replaceAll(
          '=',
          '',
        ),
      ),
    ),
    'another type': await byKey({ typ: 'JWT' }, own),
    'no type': await byKey({ typ: undefined }, own),
    'no audience': await byKey({}, own, { aud: undefined }),
    'no end': await byKey({}, own, { exp: undefined }),
    'a beginning to come': await byKey({}, own, { nbf: iat + 3600 }),
  }
  for (const [what, token] of Object.entries(forged))
    expect((await open().verify(token)).verdict, what).not.toBe('valid')
})

test('keys rotate without a gap: published, then used, and the old one recognised for a while', async () => {
  const { versions, open, claims, kidsOf, pass } = await setup()
  const tokens = open()
  const [old = ''] = await kidsOf(tokens)
  const byOld = await tokens.sign(claims())
  const successor = await createSigningKey(iso(start + hourMs))
  versions.push(successor)
  pass(5 * 60_000)
  expect(await kidsOf(tokens)).toEqual([successor.id, old])
  const kidOf = (token: string) => JSON.parse(atob(token.split('.')[0] ?? '')).kid
  expect(kidOf(await tokens.sign(claims()))).toBe(old)
  pass(55 * 60_000)
  expect(kidOf(await tokens.sign(claims()))).toBe(successor.id)
  expect((await tokens.verify(byOld)).verdict).toBe('expired')
  expect(await kidsOf(tokens)).toEqual([successor.id, old])
  pass(20 * 60_000)
  expect(await kidsOf(tokens)).toEqual([successor.id])
})

test('a process that has not seen the new key yet looks once more', async () => {
  const { versions, open, claims, pass } = await setup()
  const [one, other] = [open(), open()]
  await one.publicKeys()
  versions.push(await createSigningKey(iso(start + 1)))
  pass(20_000)
  const token = await other.sign(claims())
  expect((await one.verify(token)).verdict).toBe('valid')
})

import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllGlobals())

test.each([true, false])('the digest of FIPS 180-2 and of any text; with Node: %s', async (hasNode) => {
  vi.resetModules()
  if (!hasNode) vi.stubGlobal('process', undefined)
  const { sha256 } = await import('./sha256.ts')
  const hex = [...(await sha256('abc'))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  expect(hex).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  const text = 'Zürich 🏔 \ud800'
  const bytes = new TextEncoder().encode(text)
  expect([...(await sha256(text))]).toEqual([...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))])
})

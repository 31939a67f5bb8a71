import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllGlobals())

/** As it is where there is Node's `Buffer`, and as it is elsewhere. */
async function load(hasBuffer: boolean) {
  vi.resetModules()
  if (!hasBuffer) vi.stubGlobal('Buffer', undefined)
  return import('./base64url.ts')
}

test.each([true, false])(
  'only the one canonical text of some bytes is read; with Buffer: %s',
  async (has) => {
    const { decodeBase64url, encodeBase64url } = await load(has)
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length * 151) % 256)
      const text = encodeBase64url(bytes)
      expect(decodeBase64url(text)).toEqual(bytes)
      expect(Object.getPrototypeOf(decodeBase64url(text))).toBe(Uint8Array.prototype)
    }
    for (const text of [
      'A',
      'AB',
      'AAB',
      'AA==',
      'A+8A',
      'A/8A',
      ' AAAA',
      'AA\nAA',
      'AAAA.',
      'AAAé',
      'AAAA\u0141',
    ])
      expect(decodeBase64url(text), text).toBeNull()
  },
)

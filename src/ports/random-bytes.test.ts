import { expect, test } from 'vitest'
import { randomBytes } from './random-bytes.ts'

test('as many as asked for, never the same twice', () => {
  const seen = new Set<string>()
  for (let n = 0; n < 5_000; n++) {
    const bytes = randomBytes(16)
    expect(bytes).toHaveLength(16)
    seen.add(bytes.join())
  }
  expect(seen.size).toBe(5_000)
  expect(randomBytes(8_192).some((byte) => byte !== 0)).toBe(true)
  expect(() => randomBytes(8_193)).toThrow(RangeError)
})

test('what was given out stays as it was, and belongs to whoever has it', () => {
  const first = randomBytes(32)
  const copy = Uint8Array.from(first)
  for (let n = 0; n < 1_000; n++) randomBytes(32).fill(0)
  expect(first).toEqual(copy)
})

test('every value of a byte comes about as often', () => {
  const counts = new Array<number>(256).fill(0)
  for (let n = 0; n < 128; n++) for (const byte of randomBytes(4_000)) counts[byte] = (counts[byte] ?? 0) + 1
  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(400)
})

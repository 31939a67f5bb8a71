import { readFile } from 'node:fs/promises'
import { hashSync } from '@node-rs/argon2'
import { expect, test } from 'vitest'
import { hasherContract, passwords } from '../../../test/contracts/hasher.contract.ts'
import { createNativeHasher } from '../argon2-native/hasher.ts'
import { createWasmHasher } from './hasher.ts'

const cost = { memoryKib: 7168, iterations: 2, parallelism: 1 }
const wasm = new URL(import.meta.resolve('@phi-ag/argon2/argon2.wasm'))
const module = await WebAssembly.compile(await readFile(wasm))
const hasher = createWasmHasher({ module, cost })
const native = createNativeHasher({ cost, concurrency: 1, queue: 100 })

hasherContract('argon2-wasm', () => ({
  hasher,
  tooCostly: hashSync(passwords[0] ?? '', { memoryCost: 8, timeCost: 11, parallelism: 1 }),
  belowPolicy: hashSync(passwords[0] ?? '', { memoryCost: 4096, timeCost: 2, parallelism: 1 }),
}))

test.each(passwords)(
  'what either hasher made of %j verifies in the other, and nothing shorter does',
  async (password) => {
    const [here, there] = await Promise.all([hasher.hash(password), native.hash(password)])
    expect([await native.verify(here, password), await hasher.verify(there, password)]).toEqual([true, true])
    if (password === '') return
    const shorter = [...password].slice(0, -1).join('')
    expect([await native.verify(here, shorter), await hasher.verify(there, shorter)]).toEqual([false, false])
  },
)

test('memory is given back: the costliest hash verifies as often as it is asked', async () => {
  const costliest = hashSync('SecurePass123!', { memoryCost: 262_144, timeCost: 1, parallelism: 4 })
  for (let i = 0; i < 10; i++) expect(await hasher.verify(costliest, 'SecurePass123!')).toBe(true)
})

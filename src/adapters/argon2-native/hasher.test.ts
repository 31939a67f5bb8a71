import { hashSync } from '@node-rs/argon2'
import { hasherContract, passwords } from '../../../test/contracts/hasher.contract.ts'
import { createNativeHasher } from './hasher.ts'

const cost = { memoryKib: 7168, iterations: 2, parallelism: 1 }

hasherContract('argon2-native', () => ({
  hasher: createNativeHasher({ cost, concurrency: 2, queue: 100 }),
  crowded: createNativeHasher({ cost, concurrency: 1, queue: 1 }),
  tooCostly: hashSync(passwords[0] ?? '', { memoryCost: 8, timeCost: 11, parallelism: 1 }),
  belowPolicy: hashSync(passwords[0] ?? '', { memoryCost: 4096, timeCost: 2, parallelism: 1 }),
}))

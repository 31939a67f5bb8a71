import { area } from './area.ts'
import { wholeNumber } from './schemas.ts'

export const hasher = area({
  title: 'Password hashes',
  settings: {
    PASSWORD_MEMORY_KIB: { schema: wholeNumber(7168, 262_144), fallback: '19456', says: 'argon2id m.' },
    PASSWORD_ITERATIONS: { schema: wholeNumber(1, 10), fallback: '2', says: 'argon2id t.' },
    PASSWORD_PARALLELISM: { schema: wholeNumber(1, 4), fallback: '1', says: 'argon2id p.' },
    HASH_CONCURRENCY: {
      schema: wholeNumber(1, 64),
      says: 'Password hashes computed at once; unset: one more than there are processors. Memory use is this times PASSWORD_MEMORY_KIB.',
    },
    HASH_QUEUE: {
      schema: wholeNumber(1, 10_000),
      fallback: '200',
      says: 'Hashes waiting before the answer is 503.',
    },
  },
  shares: ['HASH_'],
  read: (values) => ({
    config: {
      hasher: {
        cost: {
          memoryKib: values.PASSWORD_MEMORY_KIB,
          iterations: values.PASSWORD_ITERATIONS,
          parallelism: values.PASSWORD_PARALLELISM,
        },
        concurrency: values.HASH_CONCURRENCY,
        queue: values.HASH_QUEUE,
      },
    },
  }),
})

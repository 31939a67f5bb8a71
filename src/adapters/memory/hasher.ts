import type { Hasher } from '../../ports/hasher.ts'

const weakHash = async (password: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(password))
  return `$weak$${[...new Uint8Array(digest)].join('.')}`
}

/** Fast and worthless against an attacker: for tests only, and refused by the configuration elsewhere. */
export const createMemoryHasher = (): Hasher => ({
  hash: weakHash,
  verify: async (hash, password) => hash === (await weakHash(password)),
  async verifyNothing(password) {
    await weakHash(password)
    return false
  },
  needsRehash: (hash) => !hash.startsWith('$weak$'),
})

import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { shards } from './mails.model.ts'

/**
 * Where a turn is kept, by whose it is: always the same, so that nobody has two. The id is a hash: it is also the key of the
 * mail, which outlives the turn.
 */
export const createPlaceOf =
  ({ ciphers }: Needs<'ciphers'>) =>
  async (occasion: string, userId: string) => {
    const digest = await ciphers.digest(`mail turn ${occasion} ${userId}`)
    const ofPerson = await ciphers.digest(`mail turn ${userId}`)
    const [first = 0, second = 0, third = 0] = ofPerson
    return {
      id: `${occasion} ${encodeBase64url(digest.subarray(0, 16))}`,
      shard: shards[first % shards.length] ?? shards[0],
      /** A whole number, as if by chance. */
      seed: second * 256 + third,
    }
  }

export type PlaceOf = ReturnType<typeof createPlaceOf>

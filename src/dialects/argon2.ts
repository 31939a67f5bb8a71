export interface Argon2Cost {
  readonly memoryKib: number
  readonly iterations: number
  readonly parallelism: number
}

/** A stored hash above this would let whoever wrote it spend our memory. */
const ceiling: Argon2Cost = { memoryKib: 262_144, iterations: 10, parallelism: 4 }

const phc =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,171})$/

/** The one encoding there is of some bytes: without padding, the bits that are left over are zero. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?$/

/** Null for whatever argon2 itself would not accept as a hash (RFC 9106, 3.1). */
function costOf(hash: string): Argon2Cost | null {
  const [, m, t, p, salt, tag] = phc.exec(hash) ?? []
  if (salt === undefined || tag === undefined || !base64.test(salt) || !base64.test(tag)) return null
  const cost = { memoryKib: Number(m), iterations: Number(t), parallelism: Number(p) }
  const { memoryKib, iterations, parallelism } = cost
  return iterations >= 1 && parallelism >= 1 && memoryKib >= 8 * parallelism ? cost : null
}

const isAtMost = (cost: Argon2Cost, limit: Argon2Cost): boolean =>
  cost.memoryKib <= limit.memoryKib &&
  cost.iterations <= limit.iterations &&
  cost.parallelism <= limit.parallelism

/** Whether it is a hash of ours, at a cost that we are willing to pay. */
export function isVerifiable(hash: string): boolean {
  const cost = costOf(hash)
  return cost !== null && isAtMost(cost, ceiling)
}

/** Whether the hash cost less than `policy` asks for, or is none of ours. */
export function isBelow(policy: Argon2Cost, hash: string): boolean {
  const cost = costOf(hash)
  return cost === null || !isAtMost(policy, cost)
}

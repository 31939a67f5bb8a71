import type { Ids } from '../../ports/ids.ts'

/** Predictable, ordered, and of the right shape: 00000000-0000-7000-8000-000000000001, …2, …3 */
export function createSequentialIds(): Ids {
  let issued = 0
  return { next: () => `00000000-0000-7000-8000-${(++issued).toString(16).padStart(12, '0')}` }
}

import type { Pusher } from '../../ports/pusher.ts'

/** Tells nobody anything. */
export const noPusher: Pusher = {
  services: [],
  publicKeys: async () => [],
  examine: async () => ({ is: 'unknown-kind' }),
  push: async () => ({ is: 'gone', status: 0 }),
}

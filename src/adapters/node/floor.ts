import type { Duplex } from 'node:stream'

/** Runs what a listener of this connection does. */
export type Floor = (socket: Duplex, work: () => void) => void

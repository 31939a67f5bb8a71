export interface Limits {
  /** The longest frame a client may send. */
  readonly frameBytes: number
  readonly framesPerSecond: number
  /** Frames that may come at once after a pause. */
  readonly frameBurst: number
  readonly connections: number
  readonly connectionsPerUser: number
  /** What may wait in the socket of a client that reads too slowly. */
  readonly bufferedBytes: number
  /** How long a connection of the reliable subprotocol may be without a network. */
  readonly recoveryMs: number
  readonly unackedMessages: number
  readonly unackedBytes: number
  /** Events of one connection that may wait for the event handler. */
  readonly waitingEvents: number
  readonly eventTimeoutMs: number
  /** A peer that answers nothing for two of these is gone. */
  readonly heartbeatMs: number
  readonly requestBytes: number
}

const mebibyte = 1_048_576

/** Those of the service where it has them. */
export const defaultLimits: Limits = {
  frameBytes: mebibyte,
  framesPerSecond: 50,
  frameBurst: 200,
  connections: 20_000,
  connectionsPerUser: 20,
  bufferedBytes: mebibyte,
  recoveryMs: 30_000,
  unackedMessages: 1_000,
  unackedBytes: 16 * mebibyte,
  waitingEvents: 100,
  eventTimeoutMs: 10_000,
  heartbeatMs: 30_000,
  requestBytes: mebibyte,
}

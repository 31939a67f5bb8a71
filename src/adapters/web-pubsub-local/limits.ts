export interface Limits {
  /** The longest frame a client may send. */
  readonly frameBytes: number
  /** Of one person, on all connections together. */
  readonly framesPerSecond: number
  /** Frames that may come at once after a pause. */
  readonly frameBurst: number
  /** Of one person, on all connections together. */
  readonly bytesPerSecond: number
  /** Bytes that may come at once after a pause; no less than `frameBytes`. */
  readonly byteBurst: number
  readonly connections: number
  readonly connectionsPerUser: number
  /** What may wait in the socket of a client that reads too slowly. */
  readonly bufferedBytes: number
  /**
   * How long a connection of the reliable subprotocol may be without a network, from when that was noticed here. Longer than
   * a client takes to notice (30 s), and then tries to recover (30 s).
   */
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

/**
 * Those of the service where it has them, but for `recoveryMs`, which is 30 s there. The longest message that the API takes is
 * 64 KB of text, and a person may send 60 a minute: twice that is honest.
 */
export const defaultLimits: Limits = {
  frameBytes: mebibyte,
  framesPerSecond: 50,
  frameBurst: 200,
  bytesPerSecond: mebibyte / 8,
  byteBurst: 2 * mebibyte,
  connections: 20_000,
  connectionsPerUser: 20,
  bufferedBytes: mebibyte,
  recoveryMs: 70_000,
  unackedMessages: 1_000,
  unackedBytes: 16 * mebibyte,
  waitingEvents: 100,
  eventTimeoutMs: 10_000,
  heartbeatMs: 15_000,
  requestBytes: mebibyte,
}

/** Of what a person may send and hold open, so many times as much. */
export const scaled = (limits: Limits, scale: number): Limits => ({
  ...limits,
  framesPerSecond: limits.framesPerSecond * scale,
  frameBurst: limits.frameBurst * scale,
  bytesPerSecond: limits.bytesPerSecond * scale,
  byteBurst: Math.max(limits.frameBytes, limits.byteBurst * scale),
  connectionsPerUser: Math.ceil(limits.connectionsPerUser * scale),
})

import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Allowance } from './allowance.ts'
import type { Limits } from './limits.ts'
import { controlFrame, type Message, numberedFrame, type Payload } from './message.ts'

export const plainProtocol = 'json.webpubsub.azure.v1'
export const reliableProtocol = 'json.reliable.webpubsub.azure.v1'
export type Protocol = typeof plainProtocol | typeof reliableProtocol

/** The transport of a connection. Frames are written to the socket under `ws`, which compresses nothing and so never queues. */
export interface Link {
  readonly ws: WebSocket
  readonly socket: Duplex
  /** Heard from since the last heartbeat. */
  isAlive: boolean
  /** The turn of the event loop in which it was last written to; -1 before. */
  writtenIn: number
}

export interface Connection {
  readonly id: string
  readonly hub: string
  readonly protocol: Protocol
  readonly userId: string | undefined
  readonly groups: Set<string>
  readonly roles: Set<string>
  readonly reconnectionToken: string
  /** Null while the network is lost and may come back. */
  link: Link | null
  isEnded: boolean
  /** Carried for the event handler, which alone understands it. */
  state: string
  lastEventId: number
  /** Events go out one after the other. */
  events: Promise<unknown>
  waitingEvents: number
  /** Ids of those that wait for their answer. */
  readonly invocations: Set<string>
  acknowledged: Set<number> | null
  sequenceId: number
  unacked: { readonly sequenceId: number; readonly message: Message }[]
  unackedBytes: number
  giveUp: NodeJS.Timeout | undefined
  /** Shared by all connections of its user. */
  readonly allowance: Allowance
}

export function createConnection(
  given: Pick<Connection, 'hub' | 'protocol' | 'userId' | 'groups' | 'roles' | 'allowance'>,
): Connection {
  return {
    ...given,
    id: randomBytes(16).toString('base64url'),
    reconnectionToken: given.protocol === reliableProtocol ? randomBytes(24).toString('base64url') : '',
    link: null,
    isEnded: false,
    state: '',
    lastEventId: 0,
    events: Promise.resolve(),
    waitingEvents: 0,
    invocations: new Set(),
    acknowledged: null,
    sequenceId: 0,
    unacked: [],
    unackedBytes: 0,
    giveUp: undefined,
  }
}

const isOpen = ({ ws }: Link): boolean => ws.readyState === ws.OPEN

let turn = 0
let isTurnWatched = false
const corked = new Set<Link>()

function endTurn(): void {
  isTurnWatched = false
  turn++
  for (const { socket } of corked) socket.uncork()
  corked.clear()
}

/**
 * The first frame of a turn of the event loop goes out at once; those that follow it in the same turn go out together,
 * in one system call. Messages that were stored in one commit are published in one turn.
 */
function gather(link: Link): void {
  if (!isTurnWatched) {
    isTurnWatched = true
    setImmediate(endTurn)
  }
  if (link.writtenIn === turn && !corked.has(link)) {
    link.socket.cork()
    corked.add(link)
  }
  link.writtenIn = turn
}

/** False when the other side takes too little of what it is sent. */
function write({ link }: Connection, frame: Buffer, { bufferedBytes }: Limits): boolean {
  if (!link || !isOpen(link)) return true
  gather(link)
  return link.socket.write(frame) || link.socket.writableLength <= bufferedBytes
}

export const sendControl = (
  connection: Connection,
  control: object,
  limits: Limits,
  payload?: Payload | null,
): boolean => write(connection, controlFrame(control, payload), limits)

/** False when the connection cannot go on: too slow, or too much is waiting for it. */
export function deliver(connection: Connection, message: Message, limits: Limits): boolean {
  if (connection.protocol === plainProtocol) return write(connection, message.frame, limits)
  const sequenceId = ++connection.sequenceId
  connection.unacked.push({ sequenceId, message })
  connection.unackedBytes += message.tail.length
  if (connection.unacked.length > limits.unackedMessages || connection.unackedBytes > limits.unackedBytes)
    return false
  return write(connection, numberedFrame(message, sequenceId), limits)
}

export function acknowledge(connection: Connection, upTo: number): void {
  let count = 0
  for (const { sequenceId, message } of connection.unacked) {
    if (sequenceId > upTo) break
    connection.unackedBytes -= message.tail.length
    count++
  }
  connection.unacked.splice(0, count)
}

/** Sends again what was not acknowledged and is still worth knowing; not what came by a group that was left since. */
export function replay(connection: Connection, nowMs: number, limits: Limits): void {
  for (const { sequenceId, message } of connection.unacked) {
    const isTheirs = message.group === null || connection.groups.has(message.group)
    if (isTheirs && message.expiresAtMs > nowMs) write(connection, numberedFrame(message, sequenceId), limits)
  }
}

const rememberedAcks = 1_000

/** True the first time an ack id is seen. */
export function isNewAck(connection: Connection, ackId: number): boolean {
  connection.acknowledged ??= new Set()
  const { acknowledged } = connection
  if (acknowledged.has(ackId)) return false
  acknowledged.add(ackId)
  if (acknowledged.size > rememberedAcks) {
    const [oldest = 0] = acknowledged
    acknowledged.delete(oldest)
  }
  return true
}

export const may = (
  { roles }: Connection,
  permission: 'joinLeaveGroup' | 'sendToGroup',
  group: string,
): boolean => roles.has(`webpubsub.${permission}`) || roles.has(`webpubsub.${permission}.${group}`)

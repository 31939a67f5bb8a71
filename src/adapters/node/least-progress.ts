import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Floor } from './floor.ts'
import type { Refuse } from './refusals.ts'

/** What has to move within so many looks, in a direction in which something is under way. */
const leastBytes = 1_024
const lookEveryMs = 5_000
const looks = 6
/** For the whole of a body where none is expected to take its time, and for what an answer has to bring on its way. */
const looksForWhole = 24
/** For the whole of a body that may take its time: 500 MB over a line of 12 kB/s. */
const looksForSlowWhole = 12 * 60 * 12
/** Of an answer, in so many looks in a row: whoever takes it drop by drop holds all that is left of it. */
const leastOfAnswer = 65_536

/** Whose connections are counted together, and how many they may have; null counts nobody. */
export type ConnectionsOf = (
  remoteAddress: string | undefined,
) => { readonly address: string; readonly most: number } | null

interface Request {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  looksSinceBegun: number
}

interface Watched {
  readonly socket: Socket
  requests: Request[]
  /** Answers that have not been handed over whole. */
  answers: ServerResponse[]
  read: number
  quietReads: number
  sent: number
  /** What the system still holds of the piece that is being sent. */
  queued: number
  quietWrites: number
  /** In how many looks in a row something waited to be taken, and how much was. */
  looksWaiting: number
  takenWaiting: number
  /** In how many looks in a row an answer that has begun brought nothing. */
  quietAnswers: number
  written: number
  looksSinceEnded: number
}

/** A long piece goes out bit by bit without `bytesWritten` moving; only the handle knows. Node's own timeout asks it too. */
const queuedOf = (socket: Socket): number =>
  (socket as { _handle?: { writeQueueSize?: number } })._handle?.writeQueueSize ?? 0

/** Whether what is being sent stands still, or is taken drop by drop. */
function isDeaf(watched: Watched): boolean {
  const { socket } = watched
  const sent = socket.bytesWritten - socket.writableLength
  const queued = queuedOf(socket)
  const moved = sent - watched.sent + (sent === watched.sent ? watched.queued - queued : 0)
  const isWaiting = socket.writableLength > 0
  if (isWaiting) {
    watched.looksWaiting++
    watched.takenWaiting += Math.max(0, moved)
    if (watched.looksWaiting >= looksForWhole) {
      if (watched.takenWaiting < leastOfAnswer) return true
      watched.looksWaiting = 0
      watched.takenWaiting = 0
    }
  } else {
    watched.looksWaiting = 0
    watched.takenWaiting = 0
  }
  if (isWaiting && moved < leastBytes) return ++watched.quietWrites >= looks
  watched.sent = sent
  watched.queued = queued
  watched.quietWrites = 0
  return false
}

/** Whether an answer that has begun brings nothing more, though whoever asked takes all there is. */
function isStuck(watched: Watched): boolean {
  const { socket } = watched
  watched.answers = watched.answers.filter((answer) => !answer.writableEnded && !answer.destroyed)
  const isTaken = socket.writableLength === 0
  const isDue = watched.answers[0]?.headersSent === true && isTaken && socket.bytesWritten === watched.written
  watched.written = socket.bytesWritten
  watched.quietAnswers = isDue ? watched.quietAnswers + 1 : 0
  return watched.quietAnswers >= looksForWhole
}

/** Whether we have said all there was to say on it, and the other side leaves it open. */
function isLeftOpen(watched: Watched): boolean {
  if (watched.socket.writableEnded) watched.looksSinceEnded++
  return watched.looksSinceEnded > looks
}

function beginRequest(watched: Watched, incoming: IncomingMessage, outgoing: ServerResponse): void {
  watched.requests = watched.requests.filter((request) => !request.incoming.complete)
  if (watched.requests.length === 0) startOver(watched)
  watched.requests.push({ incoming, outgoing, looksSinceBegun: 0 })
  watched.answers.push(outgoing)
}

function startOver(watched: Watched): void {
  watched.read = watched.socket.bytesRead
  watched.quietReads = 0
}

/** The request whose body has stood still for too long, or taken too long as a whole. */
function slowRequest(watched: Watched, maySendSlowly: (target: string) => boolean): Request | undefined {
  watched.requests = watched.requests.filter(({ incoming }) => !incoming.complete)
  const { socket, requests } = watched
  const moved = socket.bytesRead - watched.read
  if (requests.length === 0 || moved >= leastBytes) startOver(watched)
  else if (++watched.quietReads >= looks) return requests[0]
  for (const request of requests) request.looksSinceBegun++
  return requests.find(({ incoming, outgoing, looksSinceBegun }) => {
    if (looksSinceBegun < looksForWhole) return false
    // What comes after the answer nobody waits for.
    const mayTakeItsTime = !outgoing.writableEnded && maySendSlowly(incoming.url ?? '')
    return !mayTakeItsTime || looksSinceBegun >= looksForSlowWhole
  })
}

/** Says so where no answer has begun. */
function cutOff(socket: Socket, { outgoing }: Request, refuse: Refuse): void {
  if (outgoing.headersSent || socket.writableLength > 0) socket.destroy()
  else refuse.socket(socket, 408)
}

/**
 * Cuts off whoever holds a connection and does not use it, whatever the method and the path: sends a body, or takes an answer, slower
 * than 1 KiB in 30 seconds, or an answer slower than 64 KiB in two minutes; takes more than two minutes for a body where it may not,
 * and twelve hours where it may; leaves a connection open that was ended here; has more connections open than its address may. An
 * answer that brings nothing for two minutes is cut off, too. A socket that was upgraded is watched for what it takes, and for its end.
 */
export function requireProgress(
  server: Server,
  {
    maySendSlowly = () => false,
    connectionsOf = () => null,
    withFloor,
    refuse,
  }: {
    readonly maySendSlowly?: ((target: string) => boolean) | undefined
    readonly connectionsOf?: ConnectionsOf | undefined
    readonly withFloor: Floor
    readonly refuse: Refuse
  },
): void {
  const watched = new Map<Socket, Watched>()
  const open = new Map<string, number>()

  function admit(socket: Socket): void {
    const from = connectionsOf(socket.remoteAddress)
    if (from) {
      const { address, most } = from
      const count = open.get(address) ?? 0
      if (count >= most) return void socket.destroy()
      open.set(address, count + 1)
      socket.once('close', () => {
        const left = (open.get(address) ?? 1) - 1
        if (left > 0) open.set(address, left)
        else open.delete(address)
      })
    }
    watched.set(socket, {
      socket,
      requests: [],
      answers: [],
      read: 0,
      quietReads: 0,
      sent: 0,
      queued: 0,
      quietWrites: 0,
      looksWaiting: 0,
      takenWaiting: 0,
      quietAnswers: 0,
      written: 0,
      looksSinceEnded: 0,
    })
    socket.once('close', () => watched.delete(socket))
  }

  server.on('connection', (socket) => withFloor(socket, () => admit(socket)))
  server.on('request', (incoming, outgoing) =>
    withFloor(incoming.socket, () => {
      const on = watched.get(incoming.socket)
      if (on) beginRequest(on, incoming, outgoing)
    }),
  )
  const look = setInterval(() => {
    for (const each of watched.values())
      withFloor(each.socket, () => {
        if (isDeaf(each) || isStuck(each) || isLeftOpen(each)) return void each.socket.destroy()
        const slow = slowRequest(each, maySendSlowly)
        if (slow) cutOff(each.socket, slow, refuse)
      })
  }, lookEveryMs)
  look.unref()
  server.once('close', () => clearInterval(look))
}

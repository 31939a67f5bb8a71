import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'

/*
 * The protocol that clients of SQL Server speak (TDS 7.4), as far as this project's statements take it: encryption from
 * the login on, logging in by password or as an identity, statements with parameters, transactions, errors, attention.
 * What the statements mean is somebody else's business.
 */

export type ColumnType = 'int' | 'bigint' | 'float' | 'nvarchar' | 'datetime2'
export type ParameterValue = string | number | bigint | Date | null

export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
  readonly rows: readonly (readonly unknown[])[]
}

export type Answer =
  | { readonly table: Table | null; readonly changed: number }
  | { readonly error: { readonly number: number; readonly message: string }; readonly isUndone: boolean }
  /** Goes on until the client wants no more of it. */
  | 'endless'
  /** The server answers nothing any more on this connection. */
  | 'freeze'
  /** Breaks the connection off. */
  | 'drop'

/** One connection after its login. */
export interface Session {
  /** `declaration`: the types of the parameters, as the server keeps its plan by. */
  run(
    statement: string,
    parameters: Readonly<Record<string, ParameterValue>>,
    declaration: string,
  ): Promise<Answer>
  /** What the driver says about its connection. */
  set(batch: string): void
  /** `isolation`: of the transaction that begins, where it has one of its own. */
  transact(what: 'begin' | 'commit' | 'rollback', isolation?: string): Promise<Answer>
  close(): void
}

export interface LogIn {
  readonly user: string
  readonly password: string
  readonly database: string
  /** Of an identity. */
  readonly token?: string
}

const packets = {
  batch: 1,
  rpc: 3,
  answer: 4,
  attention: 6,
  identityToken: 8,
  transaction: 14,
  login: 16,
  prelogin: 18,
}
const isolations = [
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
  'snapshot',
]
const maxPacketBody = 4088
const daysToEpoch = 719_162
const dayMs = 86_400_000

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
const u8 = (...values: number[]): Buffer => Buffer.from(values)
const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}
const shortText = (text: string): Buffer => Buffer.concat([u8(text.length), utf16(text)])

const collation = u8(0x09, 0x04, 0xd0, 0x00, 0x34)

/** How each type is announced, and how a value of it is written; null has a form of its own. */
const types: Record<
  ColumnType,
  { readonly info: Buffer; readonly none: Buffer; readonly write: (value: unknown) => Buffer }
> = {
  int: {
    info: u8(0x26, 4),
    none: u8(0),
    write: (value) => Buffer.concat([u8(4), u32(Number(value))]),
  },
  bigint: {
    info: u8(0x26, 8),
    none: u8(0),
    write: (value) => Buffer.concat([u8(8), u64(BigInt(value as number))]),
  },
  float: {
    info: u8(0x6d, 8),
    none: u8(0),
    write(value) {
      const bytes = Buffer.alloc(9)
      bytes[0] = 8
      bytes.writeDoubleLE(Number(value), 1)
      return bytes
    },
  },
  nvarchar: {
    info: Buffer.concat([u8(0xe7, 0xff, 0xff), collation]),
    none: Buffer.alloc(8, 0xff),
    write(value) {
      const bytes = utf16(String(value))
      const end = u32(0)
      return Buffer.concat([
        u64(BigInt(bytes.length)),
        ...(bytes.length ? [u32(bytes.length), bytes] : []),
        end,
      ])
    },
  },
  datetime2: {
    info: u8(0x2a, 3),
    none: u8(0),
    write(value) {
      const time = Date.parse(String(value))
      const bytes = Buffer.alloc(8)
      bytes[0] = 7
      bytes.writeUIntLE(((time % dayMs) + dayMs) % dayMs, 1, 4)
      bytes.writeUIntLE(Math.floor(time / dayMs) + daysToEpoch, 5, 3)
      return bytes
    },
  },
}

class Reader {
  readonly #bytes: Buffer
  at: number
  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.at = at
  }
  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length
  }
  take(length: number): Buffer {
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }
  u8 = (): number => this.take(1).readUInt8()
  u16 = (): number => this.take(2).readUInt16LE()
  u32 = (): number => this.take(4).readUInt32LE()
  text = (characters: number): string => this.take(characters * 2).toString('utf16le')
}

function readLongText(reader: Reader): string | null {
  const maxLength = reader.u16()
  reader.take(collation.length)
  if (maxLength !== 0xffff) {
    const length = reader.u16()
    return length === 0xffff ? null : reader.take(length).toString('utf16le')
  }
  if (reader.take(8).readBigUInt64LE() === 0xffff_ffff_ffff_ffffn) return null
  const chunks: Buffer[] = []
  for (let length = reader.u32(); length > 0; length = reader.u32()) chunks.push(reader.take(length))
  return Buffer.concat(chunks).toString('utf16le')
}

function readParameter(reader: Reader): ParameterValue {
  const type = reader.u8()
  switch (type) {
    case 0x26: {
      reader.u8()
      const length = reader.u8()
      if (length === 0) return null
      const bytes = reader.take(length)
      return length === 8 ? bytes.readBigInt64LE() : bytes.readIntLE(0, length)
    }
    case 0x68: {
      reader.u8()
      return reader.u8() === 0 ? null : reader.u8()
    }
    case 0x6d: {
      reader.u8()
      const length = reader.u8()
      if (length === 0) return null
      return length === 8 ? reader.take(8).readDoubleLE() : reader.take(4).readFloatLE()
    }
    case 0x2a: {
      const scale = reader.u8()
      const length = reader.u8()
      if (length === 0) return null
      const sinceMidnight = reader.take(length - 3).readUIntLE(0, length - 3) / 10 ** (scale - 3)
      return new Date((reader.take(3).readUIntLE(0, 3) - daysToEpoch) * dayMs + sinceMidnight)
    }
    case 0xe7:
      return readLongText(reader)
    default:
      throw new Error(`no parameter of type 0x${type.toString(16)} is expected`)
  }
}

const executeSql = 10

/** The statement of a call of `sp_executesql`, with its parameters. */
function readCall(body: Buffer) {
  const reader = new Reader(body, body.readUInt32LE(0))
  if (reader.u16() !== 0xffff || reader.u16() !== executeSql)
    throw new Error('only sp_executesql is expected')
  reader.u16()
  const values: [string, ParameterValue][] = []
  while (!reader.isAtEnd) {
    const name = reader.text(reader.u8()).replace(/^@/, '')
    reader.u8()
    values.push([name, readParameter(reader)])
  }
  const [statement, declaration, ...parameters] = values
  return {
    statement: String(statement?.[1]),
    declaration: String(declaration?.[1] ?? ''),
    parameters: Object.fromEntries(parameters),
  }
}

const done = (type: number, status: number, rows = 0): Buffer =>
  Buffer.concat([u8(type), u16(status), u16(0xc1), u64(BigInt(rows))])

const errorToken = (number: number, message: string): Buffer => {
  const body = Buffer.concat([
    u32(number),
    u8(1, 16),
    u16(message.length),
    utf16(message),
    shortText('stand-in'),
    shortText(''),
    u32(1),
  ])
  return Buffer.concat([u8(0xaa), u16(body.length), body])
}

const change = (body: Buffer): Buffer => Buffer.concat([u8(0xe3), u16(body.length), body])

const changes = {
  begin: (id: bigint) => change(Buffer.concat([u8(8, 8), u64(id), u8(0)])),
  commit: (id: bigint) => change(Buffer.concat([u8(9, 0, 8), u64(id)])),
  rollback: (id: bigint) => change(Buffer.concat([u8(10, 0, 8), u64(id)])),
}

function tokensOf(answer: Exclude<Answer, string>, transaction: bigint): Buffer {
  if ('error' in answer)
    return Buffer.concat([
      errorToken(answer.error.number, answer.error.message),
      ...(answer.isUndone ? [changes.rollback(transaction)] : []),
      done(0xfe, 2),
    ])
  const { table, changed } = answer
  const more = 1
  const hasCount = 0x10
  return Buffer.concat([
    ...(table
      ? [
          u8(0x81),
          u16(table.columns.length),
          ...table.columns.flatMap(({ name, type }) => [
            u32(0),
            u16(0x09),
            types[type].info,
            shortText(name),
          ]),
          ...table.rows.flatMap((row) => [
            u8(0xd1),
            ...row.map((value, i) => {
              const { none, write } = types[table.columns[i]?.type ?? 'nvarchar']
              return value === null ? none : write(value)
            }),
          ]),
        ]
      : []),
    done(0xff, more | hasCount, changed),
    u8(0x79, 0, 0, 0, 0),
    done(0xfe, 0),
  ])
}

function preloginAnswer(): Buffer {
  const [version, encryption, end] = [0, 1, 0xff]
  const isOn = 1
  const table = Buffer.from([version, 0, 11, 0, 6, encryption, 0, 17, 0, 1, end])
  return Buffer.concat([table, u8(16, 0, 0, 0, 0, 0), u8(isOn)])
}

function readLogIn(body: Buffer) {
  const field = (at: number) => {
    const start = body.readUInt16LE(at)
    return body.subarray(start, start + body.readUInt16LE(at + 2) * 2)
  }
  const password = field(44).map((byte) => {
    const swapped = byte ^ 0xa5
    return ((swapped & 15) << 4) | (swapped >> 4)
  })
  const features = new Reader(body, body.readUInt32LE(body.readUInt16LE(56)))
  let isIdentity = false
  for (let id = features.u8(); id !== 0xff; id = features.u8()) {
    if (id === 2) isIdentity = true
    features.take(features.u32())
  }
  return {
    isIdentity,
    user: field(40).toString('utf16le'),
    password: Buffer.from(password).toString('utf16le'),
    database: field(68).toString('utf16le'),
  }
}

/** Where to get a token, and for what. */
function identityQuestion(): Buffer {
  const authority = utf16('https://login.microsoftonline.com/common')
  const resource = utf16('https://database.windows.net/')
  const start = 4 + 2 * 9
  const body = Buffer.concat([
    u32(2),
    ...[u8(1), u32(authority.length), u32(start)],
    ...[u8(2), u32(resource.length), u32(start + authority.length)],
    ...[authority, resource],
  ])
  return Buffer.concat([u8(0xee), u32(body.length), body, done(0xfd, 0)])
}

function loggedIn(isIdentity: boolean): Buffer {
  const body = Buffer.concat([u8(1, 0x74, 0, 0, 4), shortText('stand-in'), u8(16, 0, 0, 0)])
  const acknowledged = isIdentity ? [u8(0xae, 2), u32(0), u8(0xff)] : []
  return Buffer.concat([u8(0xad), u16(body.length), body, ...acknowledged, done(0xfd, 0)])
}

function writePackets(type: number, body: Buffer, write: (packet: Buffer) => void): void {
  for (let at = 0, id = 1; at === 0 || at < body.length; at += maxPacketBody, id++) {
    const part = body.subarray(at, at + maxPacketBody)
    const header = Buffer.alloc(8)
    header[0] = type
    header[1] = at + maxPacketBody >= body.length ? 1 : 0
    header.writeUInt16BE(part.length + header.length, 2)
    header[6] = id & 255
    write(Buffer.concat([header, part]))
  }
}

/** Calls `onMessage` with each whole message of a stream of packets. */
function createUnpacker(onMessage: (type: number, body: Buffer) => void) {
  let waiting = Buffer.alloc(0)
  let parts: Buffer[] = []
  return (bytes: Buffer): void => {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.length >= 8 && waiting.length >= waiting.readUInt16BE(2)) {
      const packet = waiting.subarray(0, waiting.readUInt16BE(2))
      waiting = waiting.subarray(packet.length)
      parts.push(packet.subarray(8))
      if ((packet.readUInt8(1) & 1) === 1) {
        const body = Buffer.concat(parts)
        parts = []
        onMessage(packet.readUInt8(0), body)
      }
    }
  }
}

/**
 * TLS as the protocol has it: the handshake travels inside packets, one answer for each message, and everything after it
 * travels inside TLS.
 */
function encrypt(socket: Socket, secureContext: ReturnType<typeof createSecureContext>) {
  let isShaken = false
  let isAgreed = false
  let flight: Buffer[] = []
  const sendFlight = () => {
    const answer = Buffer.concat(flight)
    flight = []
    isShaken = isAgreed
    writePackets(packets.prelogin, answer, (packet) => socket.write(packet))
  }
  const inner = new Duplex({
    read() {},
    write(bytes: Buffer, _, written) {
      if (isShaken) socket.write(bytes)
      else if (flight.push(bytes) === 1) setImmediate(sendFlight)
      written()
    },
  })
  const secure = new TLSSocket(inner, { isServer: true, secureContext })
  // Said before the last flight is written, which still goes in a packet.
  secure.on('secure', () => {
    isAgreed = true
  })
  return { secure, isShaken: () => isShaken, receive: (bytes: Buffer) => void inner.push(bytes) }
}

export interface TdsServer {
  readonly port: number
  /** Breaks every connection off. */
  dropAll(): void
  close(): Promise<void>
}

export async function startTds({
  certificate,
  privateKey,
  logIn,
  port = 0,
}: {
  readonly certificate: string
  readonly privateKey: string
  /** Null refuses. */
  readonly logIn: (login: LogIn) => Session | null
  readonly port?: number
}): Promise<TdsServer> {
  const secureContext = createSecureContext({ cert: certificate, key: privateKey, maxVersion: 'TLSv1.2' })
  const sockets = new Set<Socket>()
  let transactions = 0n

  const server = createServer((socket) => {
    sockets.add(socket)
    const { secure, isShaken, receive } = encrypt(socket, secureContext)
    let session: Session | null = null
    let identity: LogIn | undefined
    let transaction = 0n
    let turn: Promise<unknown> = Promise.resolve()
    let isEndless = false
    let isFrozen = false

    const answer = (body: Buffer) => writePackets(packets.answer, body, (packet) => secure.write(packet))
    function begin(login: LogIn) {
      session = logIn(login)
      if (session) answer(loggedIn(login.token !== undefined))
      else answer(Buffer.concat([errorToken(18456, `Login failed for user '${login.user}'.`), done(0xfd, 2)]))
    }
    async function tell(answering: Promise<Answer>, before: (id: bigint) => Buffer = () => Buffer.alloc(0)) {
      const outcome = await answering
      if (outcome === 'drop') socket.destroy()
      else if (outcome === 'endless') isEndless = true
      else if (outcome === 'freeze') isFrozen = true
      else
        answer(
          Buffer.concat([
            ...('error' in outcome ? [] : [before(transaction)]),
            tokensOf(outcome, transaction),
          ]),
        )
    }
    async function serve(type: number, body: Buffer): Promise<void> {
      if (type === packets.login) {
        const { isIdentity, ...login } = readLogIn(body)
        if (isIdentity) {
          identity = login
          answer(identityQuestion())
        } else begin(login)
      } else if (type === packets.identityToken && identity)
        begin({ ...identity, token: body.subarray(8).toString('utf16le') })
      else if (!session) socket.destroy()
      else if (type === packets.batch) {
        session.set(body.subarray(body.readUInt32LE(0)).toString('utf16le'))
        answer(done(0xfd, 0))
      } else if (type === packets.rpc) {
        const { statement, declaration, parameters } = readCall(body)
        await tell(session.run(statement, parameters, declaration))
      } else if (type === packets.transaction) {
        const what = ({ 5: 'begin', 7: 'commit', 8: 'rollback' } as const)[
          body.readUInt16LE(body.readUInt32LE(0))
        ]
        if (!what) throw new Error('this request of a transaction is not expected')
        if (what === 'begin') transaction = ++transactions
        const isolation = what === 'begin' ? isolations[body.readUInt8(body.readUInt32LE(0) + 2)] : undefined
        await tell(session.transact(what, isolation), changes[what])
      }
    }
    function receiveMessage(type: number, body: Buffer) {
      if (type === packets.prelogin) {
        if (body[0] === 0) writePackets(packets.answer, preloginAnswer(), (packet) => socket.write(packet))
        else receive(body)
      } else if (type === packets.attention) {
        if (isFrozen) return
        // What was asked for ends first, and then the wish to end it is acknowledged.
        if (isEndless) answer(done(0xfd, 2))
        isEndless = false
        answer(done(0xfd, 0x20))
      } else
        turn = turn
          .then(() => serve(type, body))
          .catch((error: Error) => answer(Buffer.concat([errorToken(50_000, error.message), done(0xfd, 2)])))
    }
    const unpackInClear = createUnpacker(receiveMessage)
    secure.on('data', createUnpacker(receiveMessage)).on('error', () => socket.destroy())
    socket
      .on('data', (bytes) => (isShaken() ? receive(bytes) : unpackInClear(bytes)))
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket)
        session?.close()
      })
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const dropAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    dropAll,
    async close() {
      server.close()
      dropAll()
      await once(server, 'close')
    },
  }
}

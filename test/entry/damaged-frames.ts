/* Frames as no honest client sends them, from a seed: the same seed makes the same frames. */

export interface Chance {
  /** 0 up to 1. */
  next(): number
  upTo(most: number): number
  isLucky(share: number): boolean
  oneOf<T>(choices: readonly T[]): T
}

/** Mulberry32. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const upTo = (most: number) => Math.floor(next() * (most + 1))
  return {
    next,
    upTo,
    isLucky: (share) => next() < share,
    oneOf: (choices) => choices[upTo(choices.length - 1)] as (typeof choices)[number],
  }
}

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

interface Shape {
  readonly isFinal?: boolean
  readonly isMasked?: boolean
  readonly reserved?: number
  /** Instead of the true one. */
  readonly length?: bigint
}

/** One frame of RFC 6455, as a client writes it unless said. */
export function frameOf(opcode: number, payload: Buffer, shape: Shape = {}): Buffer {
  const { isFinal = true, isMasked = true, reserved = 0, length = BigInt(payload.length) } = shape
  const mask = isMasked ? 0x80 : 0
  const head = [(isFinal ? 0x80 : 0) | (reserved << 4) | opcode]
  if (length < 126n) head.push(mask | Number(length))
  else if (length < 65_536n) head.push(mask | 126, Number(length >> 8n), Number(length & 255n))
  else {
    head.push(mask | 127)
    for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((length >> shift) & 255n))
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), Buffer.alloc(isMasked ? 4 : 0), payload])
}

const text = (json: string): Buffer => frameOf(opcodes.text, Buffer.from(json))
export const closeFrame = frameOf(opcodes.close, Buffer.from([0x03, 0xe8]))
export const pingText = text('{"type":"ping"}')

const oddTexts = [
  '',
  '\0',
  '\u{1f600}',
  '\u202e abc',
  'e\u0301',
  '__proto__',
  'constructor',
  'toString',
  '*',
  '../..',
  "' or 1=1 --",
  'x'.repeat(2_000),
]
const oddNumbers = [0, -1, -0.5, 1e308, 2 ** 53, 2 ** 31, Number.MIN_VALUE]

/** Any JSON, as text, so that it may also be what `JSON.stringify` never writes. */
function jsonOf(chance: Chance, depth = 0): string {
  const inner = () => jsonOf(chance, depth + 1)
  const isDeep = depth > 4
  switch (chance.upTo(isDeep ? 5 : 8)) {
    case 0:
      return 'null'
    case 1:
      return chance.oneOf(['true', 'false'])
    case 2:
      return chance.oneOf(['1e999', '-0', '1E-400', '123456789012345678901234567890', '0.1'])
    case 3:
      return String(chance.oneOf(oddNumbers))
    case 4:
      return chance.oneOf(['"\\ud800"', '"\\u0000"', '"\\udc00\\ud800"', '"\\u007f"', '"\\/"'])
    case 5:
      return JSON.stringify(chance.oneOf(oddTexts))
    case 6:
      return `[${Array.from({ length: chance.upTo(4) }, inner).join(',')}]`
    default:
      return `{${Array.from(
        { length: chance.upTo(4) },
        () =>
          `${JSON.stringify(chance.oneOf([...oddTexts, 'text', 'conversationId', 'seq', 'state']))}:${inner()}`,
      ).join(',')}}`
  }
}

function nested(chance: Chance, depth: number): string {
  const [open, close] = chance.oneOf([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const)
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}

const ids = ['0192f0c1-2b7e-7c7a-9d5b-3f1e6f0a1b2c', 'x', '', '*', '0192F0C1-2B7E-7C7A-9D5B-3F1E6F0A1B2C']

/** What a device could say, wrong in its parts. */
function saidOf(chance: Chance): string {
  const parts = [
    'conversationId',
    'clientMessageId',
    'text',
    'attachments',
    'mentions',
    'replyTo',
    'seq',
    'state',
  ]
    .filter(() => chance.isLucky(0.6))
    .map((name) => `"${name}":${chance.isLucky(0.5) ? jsonOf(chance) : JSON.stringify(chance.oneOf(ids))}`)
  return `{${parts.join(',')}}`
}

type Make = (chance: Chance) => Buffer

const envelope = (fields: string): Buffer => text(`{${fields}}`)
const ackOf = (chance: Chance): string => (chance.isLucky(0.7) ? `,"ackId":${chance.upTo(2 ** 31)}` : '')
const eventNames = ['message', 'typing', 'read', 'ping', 'nonsense', '__proto__', 'connect', 'x'.repeat(128)]

/** Those that a connection outlives: it is the data that is wrong, or the order, and the server answers or ignores. */
const lasting: readonly Make[] = [
  (chance) =>
    envelope(
      `"type":"event","event":"${chance.oneOf(eventNames)}","dataType":"json","data":${saidOf(chance)}${ackOf(chance)}`,
    ),
  (chance) =>
    envelope(`"type":"event","event":"message","dataType":"json","data":${jsonOf(chance)}${ackOf(chance)}`),
  (chance) =>
    envelope(`"type":"event","event":"message","data":${nested(chance, chance.upTo(31))},"ackId":1`),
  (chance) =>
    envelope(
      `"type":"event","event":"message","dataType":"${chance.oneOf(['text', 'binary', 'protobuf'])}","data":${jsonOf(chance)}${ackOf(chance)}`,
    ),
  (chance) =>
    envelope(
      `"type":"invoke","invocationId":"${chance.upTo(9)}","target":"${chance.oneOf(['event', 'x'])}","event":"${chance.oneOf(eventNames)}","dataType":"json","data":${saidOf(chance)}`,
    ),
  (chance) => envelope(`"type":"cancelInvocation","invocationId":"${chance.upTo(9)}"`),
  (chance) =>
    envelope(
      `"type":"${chance.oneOf(['joinGroup', 'leaveGroup', 'setGroupState', 'subscribeGroupState', 'unsubscribeGroupState'])}","group":"${chance.oneOf(['g', '*', 'c.x', 'u.x', 'constructor'])}"${ackOf(chance)}`,
    ),
  (chance) =>
    envelope(`"type":"sendToGroup","group":"g","dataType":"json","data":${jsonOf(chance)}${ackOf(chance)}`),
  () => envelope('"type":"sendToGroup","group":"g","stream":{"streamId":"s"}'),
  (chance) =>
    envelope(`"type":"${chance.oneOf(['streamData', 'streamEnd'])}","streamId":"s","data":${jsonOf(chance)}`),
  (chance) => envelope(`"type":"sequenceAck","sequenceId":${chance.upTo(2 ** 40)}`),
  (chance) => envelope(`"type":"ping","__proto__":${jsonOf(chance)},"constructor":${jsonOf(chance)}`),
  (chance) => envelope(`"type":"ping","x":"${'x'.repeat(chance.upTo(20_000))}"`),
  () => frameOf(opcodes.pong, Buffer.from('nobody asked')),
  (chance) => frameOf(opcodes.ping, Buffer.alloc(chance.upTo(125))),
  // Split anywhere, also within a character, with control frames between the pieces.
  (chance) => {
    const payload = Buffer.from(`{"type":"ping","x":"é😀${'é'.repeat(chance.upTo(20))}"}`)
    const pieces: Buffer[] = []
    for (let at = 0; at < payload.length; ) {
      const to = Math.min(payload.length, at + chance.upTo(9))
      const opcode = pieces.length === 0 ? opcodes.text : opcodes.continuation
      pieces.push(frameOf(opcode, payload.subarray(at, to), { isFinal: to === payload.length }))
      if (to < payload.length && chance.isLucky(0.2)) pieces.push(frameOf(opcodes.pong, Buffer.alloc(0)))
      // An empty piece moves nothing; a first one is a piece all the same.
      at = to
    }
    return Buffer.concat(pieces)
  },
]

function mutated(chance: Chance): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(
    `{"type":"event","event":"message","ackId":${chance.upTo(99)},"dataType":"json","data":${saidOf(chance)}}`,
  )
  for (let n = 1 + chance.upTo(3); n > 0; n--) bytes[chance.upTo(bytes.length - 1)] = chance.upTo(255)
  return chance.isLucky(0.3) ? bytes.subarray(0, chance.upTo(bytes.length)) : bytes
}
const randomBytes = (chance: Chance, length: number): Buffer<ArrayBuffer> =>
  Buffer.from(Array.from({ length }, () => chance.upTo(255)))

/** Those after which the server may close the connection, and mostly does. */
const fatal: readonly Make[] = [
  (chance) => frameOf(opcodes.text, mutated(chance)),
  (chance) =>
    envelope(
      `"type":"event","event":"x","data":${nested(chance, 65 + chance.upTo(chance.oneOf([100, 6_000, 90_000])))}`,
    ),
  (chance) => text(nested(chance, chance.oneOf([3, 64, 5_000, 40_000]))),
  (chance) => text('['.repeat(chance.upTo(500_000))),
  (chance) => text(`{"type":"event","event":"x","ackId":${'9'.repeat(chance.upTo(200_000))},"data":1}`),
  (chance) => text(jsonOf(chance)),
  (chance) =>
    envelope(
      [
        'type',
        'event',
        'group',
        'ackId',
        'dataType',
        'data',
        'sequenceId',
        'invocationId',
        'streamId',
        'stream',
        'noEcho',
      ]
        .map((name) => `"${name}":${jsonOf(chance)}`)
        .join(','),
    ),
  (chance) => {
    const type = chance.oneOf(['event', 'invoke', 'joinGroup', 'sendToGroup', 'sequenceAck', 'streamData'])
    return envelope(
      `"type":"${type}","event":${jsonOf(chance)},"group":${jsonOf(chance)},"sequenceId":${jsonOf(chance)}`,
    )
  },
  (chance) =>
    text(
      chance.oneOf(['', 'null', '""', '0', '\ufeff{"type":"ping"}', '{"type":"ping"}{}', 'NaN', "{'a':1}"]),
    ),
  (chance) => frameOf(opcodes.binary, Buffer.from('{"type":"ping"}').subarray(0, chance.upTo(15))),
  // Not UTF-8: a stray continuation, an overlong slash, half of a character, a surrogate.
  (chance) =>
    frameOf(
      opcodes.text,
      Buffer.concat([
        Buffer.from('{"type":"ping","x":"'),
        chance.oneOf(
          [[0x80], [0xc0, 0xaf], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xff]].map((each) =>
            Buffer.from(each),
          ),
        ),
        Buffer.from('"}'),
      ]),
    ),
  (chance) => frameOf(opcodes.text, randomBytes(chance, chance.upTo(200))),
  (chance) => randomBytes(chance, 2 + chance.upTo(60)),
  (chance) => frameOf(opcodes.text, Buffer.from('{"type":"ping"}'), { reserved: 1 + chance.upTo(6) }),
  (chance) => frameOf(chance.oneOf([3, 4, 5, 6, 7, 11, 12, 15]), Buffer.from('x')),
  () => frameOf(opcodes.text, Buffer.from('{"type":"ping"}'), { isMasked: false }),
  () => frameOf(opcodes.continuation, Buffer.from('{"type":"ping"}')),
  () => Buffer.concat([frameOf(opcodes.text, Buffer.from('{'), { isFinal: false }), text('{"type":"ping"}')]),
  () => frameOf(opcodes.ping, Buffer.from('x'), { isFinal: false }),
  () => frameOf(opcodes.ping, Buffer.alloc(126)),
  (chance) =>
    frameOf(opcodes.text, Buffer.from('{'), {
      length: chance.oneOf([1_048_577n, 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n]),
    }),
  (chance) =>
    frameOf(
      opcodes.close,
      chance.oneOf([[3], [0, 0], [3, 0xec], [0xff, 0xff], [3, 0xe8, 0xff]].map((each) => Buffer.from(each))),
    ),
  () =>
    Buffer.concat([closeFrame, text('{"type":"event","event":"message","ackId":1,"data":{}}'), closeFrame]),
]
/** Long to make and to send: one in a hundred. */
const huge: readonly Make[] = [
  (chance) =>
    text(`{"type":"event","event":"message","ackId":1,"data":[${'1,'.repeat(chance.upTo(500_000))}1]}`),
  (chance) =>
    text(
      `{"type":"event","event":"message","dataType":"text","data":"${'\\u0000'.repeat(chance.upTo(170_000))}"}`,
    ),
  (chance) => text(`{"type":"ping","x":"${'x'.repeat(1_000_000 + chance.upTo(100_000))}"}`),
  (chance) =>
    text(
      `{"type":"event","event":"message","data":{${Array.from({ length: chance.upTo(40_000) }, (_, n) => `"k${n}":{}`).join(',')}}}`,
    ),
]

export const lastingFrames = (chance: Chance, count: number): readonly Buffer[] =>
  Array.from({ length: count }, () => chance.oneOf(lasting)(chance))

/** So many frames for one connection; only the last may end it. */
export function framesForOne(chance: Chance, count: number): readonly Buffer[] {
  const last = chance.isLucky(0.05) ? chance.oneOf(huge) : chance.oneOf(fatal)
  return [...lastingFrames(chance, count - 1), last(chance)]
}

/** What the REST side of the server is asked: path below the hub and query, method, type and body. */
export function requestOf(chance: Chance) {
  const name = () => encodeURIComponent(chance.oneOf([...oddTexts, 'mackchat', 'g', '%', 'x']))
  const path = chance.oneOf([
    '/:send',
    `/users/${name()}/:send`,
    `/groups/${name()}/:send`,
    `/connections/${name()}/:send`,
    `/groups/${name()}/connections`,
    `/groups/${name()}/connections/${name()}`,
    `/users/${name()}/groups/${name()}`,
    `/permissions/${chance.oneOf(['sendToGroup', 'joinLeaveGroup', name()])}/connections/${name()}`,
    '/:addToGroups',
    '/:removeFromGroups',
    '/:generateToken',
    `/${name()}`,
    '/%E0%A4%A',
    '//',
  ])
  const query = new URLSearchParams({
    'api-version': chance.oneOf(['2024-12-01', '2024-12-01', '2024-12-01', 'x']),
  })
  const filters = [
    '((',
    'not '.repeat(100),
    '('.repeat(1_000),
    "userId eq 'x'",
    "length(groups) gt 'x'",
    'constructor()',
    "'a' in groups",
  ]
  if (chance.isLucky(0.4)) query.set('filter', chance.oneOf([...filters, ...oddTexts]))
  for (const parameter of [
    'messageTtlSeconds',
    'top',
    'maxpagesize',
    'continuationToken',
    'minutesToExpire',
    'excluded',
    'targetName',
  ])
    if (chance.isLucky(0.2))
      query.append(parameter, String(chance.oneOf([...oddNumbers, ...oddTexts, 'NaN', 'Infinity'])))
  const method = chance.oneOf(['POST', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'GET', 'PATCH'])
  const type = chance.oneOf([
    'application/json',
    'text/plain',
    'application/octet-stream',
    'x',
    'application/json; charset=utf-16',
  ])
  const body = chance.oneOf<() => Buffer<ArrayBuffer>>([
    () => Buffer.from(jsonOf(chance)),
    () => Buffer.from(`{"groups":${jsonOf(chance)},"filter":${jsonOf(chance)}}`),
    () => Buffer.from(nested(chance, chance.upTo(20_000))),
    () => mutated(chance),
    () => randomBytes(chance, chance.upTo(100)),
    () => Buffer.alloc(0),
  ])()
  return {
    target: `${path}?${query}`,
    method,
    type,
    body: method === 'GET' || method === 'HEAD' ? null : body,
  }
}

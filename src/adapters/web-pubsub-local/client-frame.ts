import { z } from 'zod'
import type { Payload } from './message.ts'

const ackId = z.number().int().nonnegative().optional()
const group = z.string().min(1).max(1024)
/** `protobuf` is data of the protobuf subprotocol: known, and of no connection here. */
const dataType = z.enum(['json', 'text', 'binary', 'protobuf']).default('json')
const data = z.unknown().optional()
const event = z.string().regex(/^[\x21-\x7e]{1,128}$/)
const invocationId = z.string().min(1).max(256)
const streamId = z.string().min(1).max(256)

const ClientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('sequenceAck'), sequenceId: z.number().int().nonnegative() }),
  z.object({ type: z.literal('joinGroup'), group, ackId }),
  z.object({ type: z.literal('leaveGroup'), group, ackId }),
  z.object({
    type: z.literal('sendToGroup'),
    group,
    ackId,
    noEcho: z.boolean().default(false),
    dataType,
    data,
    /** Opens a stream to the group; then there is no data. */
    stream: z.object({ streamId }).optional(),
  }),
  z.object({ type: z.literal('event'), event, ackId, dataType, data }),
  z.object({
    type: z.literal('invoke'),
    invocationId,
    target: z.string().optional(),
    event,
    dataType,
    data,
  }),
  z.object({ type: z.literal('cancelInvocation'), invocationId }),
  z.object({ type: z.literal('streamData'), streamId }),
  z.object({ type: z.literal('streamEnd'), streamId }),
  z.object({ type: z.literal('setGroupState'), group, ackId }),
  z.object({ type: z.literal('subscribeGroupState'), group, ackId }),
  z.object({ type: z.literal('unsubscribeGroupState'), group, ackId }),
])

export type ClientFrame = z.infer<typeof ClientFrame>

/** Deeper than what any request may send, and far from what a recursive `JSON.stringify` can take. */
const maxDepth = 64

/** Looks at the text: to parse what is refused anyway costs more, and to walk it again costs most. */
function isTooDeep(text: string): boolean {
  let [depth, isInString] = [0, false]
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isInString) {
      if (character === '\\') i++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '[' || character === '{') {
      if (++depth > maxDepth) return true
    } else if (character === ']' || character === '}') depth--
  }
  return false
}

/** Null for what no client of these subprotocols sends. */
export function parseClientFrame(text: string): ClientFrame | null {
  try {
    return isTooDeep(text) ? null : ClientFrame.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** Null when the data is not of the type it claims to be. Binary comes as base64. */
export function payloadOf({
  dataType,
  data,
}: Pick<Extract<ClientFrame, { type: 'event' }>, 'dataType' | 'data'>): Payload | null {
  if (dataType === 'json') return { dataType, json: JSON.stringify(data) ?? 'null' }
  if (dataType === 'protobuf' || typeof data !== 'string') return null
  return { dataType, json: JSON.stringify(data) }
}

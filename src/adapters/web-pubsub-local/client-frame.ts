import { z } from 'zod'
import type { Payload } from './message.ts'

const ackId = z.number().int().nonnegative().optional()
const group = z.string().min(1).max(1024)
const dataType = z.enum(['json', 'text', 'binary']).default('json')

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
    data: z.unknown(),
  }),
  z.object({
    type: z.literal('event'),
    event: z.string().regex(/^[\x21-\x7e]{1,128}$/),
    ackId,
    dataType,
    data: z.unknown(),
  }),
])

export type ClientFrame = z.infer<typeof ClientFrame>

/** Null for what no client of these subprotocols sends. */
export function parseClientFrame(text: string): ClientFrame | null {
  try {
    return ClientFrame.parse(JSON.parse(text))
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
  return typeof data === 'string' ? { dataType, json: JSON.stringify(data) } : null
}

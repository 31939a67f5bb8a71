export type DataType = 'json' | 'text' | 'binary'

/** What is sent, as it stands inside the frame: JSON text for `json`, else the text of a JSON string. */
export interface Payload {
  readonly dataType: DataType
  readonly json: string
}

export type Sender =
  | { readonly from: 'server' }
  | { readonly from: 'group'; readonly group: string; readonly fromUserId?: string }

/** One message on its way to any number of connections. Its bytes are made once. */
export interface Message {
  /** Where it was published; null for what the server sent. */
  readonly group: string | null
  /** The JSON text after its opening brace. */
  readonly tail: Buffer
  /** Not to be replayed from then on. */
  readonly expiresAtMs: number
  /** The whole frame for subprotocols that do not number. */
  readonly frame: Buffer
  /** The last numbered frame made: in a quiet group many connections are at the same number. */
  numbered: { readonly sequenceId: number; readonly frame: Buffer } | null
}

const finalText = 0x81

/** Writes the header of an unmasked text frame (RFC 6455, 5.2) into a new buffer with room for `length` bytes after it. */
function beginFrame(length: number): { readonly frame: Buffer; readonly offset: number } {
  if (length < 126) {
    const frame = Buffer.allocUnsafe(2 + length)
    frame[0] = finalText
    frame[1] = length
    return { frame, offset: 2 }
  }
  if (length < 65_536) {
    const frame = Buffer.allocUnsafe(4 + length)
    frame[0] = finalText
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
    return { frame, offset: 4 }
  }
  const frame = Buffer.allocUnsafe(10 + length)
  frame[0] = finalText
  frame[1] = 127
  frame.writeBigUInt64BE(BigInt(length), 2)
  return { frame, offset: 10 }
}

function frameOf(head: string, tail: Buffer): Buffer {
  const { frame, offset } = beginFrame(head.length + tail.length)
  frame.write(head, offset, 'latin1')
  tail.copy(frame, offset + head.length)
  return frame
}

/** The frame of what is sent to one connection alone; the payload stands in it as it came. */
export function controlFrame(control: object, payload?: Payload | null): Buffer {
  const text = JSON.stringify(control)
  if (!payload) return frameOf('', Buffer.from(text))
  const { dataType, json } = payload
  return frameOf('', Buffer.from(`${text.slice(0, -1)},"dataType":"${dataType}","data":${json}}`))
}

export function createMessage(sender: Sender, { dataType, json }: Payload, expiresAtMs = Infinity): Message {
  const told = JSON.stringify({ type: 'message', ...sender, dataType }).slice(1, -1)
  const tail = Buffer.from(`${told},"data":${json}}`)
  const group = sender.from === 'group' ? sender.group : null
  return { group, tail, expiresAtMs, frame: frameOf('{', tail), numbered: null }
}

export function numberedFrame(message: Message, sequenceId: number): Buffer {
  if (message.numbered?.sequenceId === sequenceId) return message.numbered.frame
  const frame = frameOf(`{"sequenceId":${sequenceId},`, message.tail)
  message.numbered = { sequenceId, frame }
  return frame
}

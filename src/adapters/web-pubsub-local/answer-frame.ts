import { type ClientFrame, payloadOf } from './client-frame.ts'
import { acknowledge, type Connection, isNewAck, may } from './connection.ts'
import type { EventHandlerClient } from './event-handler.ts'
import type { Limits } from './limits.ts'
import { createMessage, type Message, type Payload } from './message.ts'
import type { Registry } from './registry.ts'

/** Does what a frame of a client asks for. */
export function createAnswerFrame({
  registry,
  handlerOf,
  limits,
  tell,
  send,
  enqueue,
  refuse,
}: {
  readonly registry: Registry
  readonly handlerOf: () => EventHandlerClient | null
  readonly limits: Limits
  readonly tell: (connection: Connection, control: object) => void
  readonly send: (connections: Iterable<Connection>, message: Message) => void
  /** Events of one connection reach the handler in order. */
  readonly enqueue: (connection: Connection, task: () => Promise<unknown>) => void
  /** Closes a connection that does what it must not. */
  readonly refuse: (connection: Connection, reason: string) => void
}) {
  async function passEventOn(
    connection: Connection,
    event: string,
    payload: Payload,
  ): Promise<{ readonly name: string; readonly message: string } | null> {
    const handler = handlerOf()
    if (!handler?.wantsFromClient(event))
      return { name: 'InternalServerError', message: 'No event handler takes this event.' }
    const answer = await handler.passOn(connection, event, payload)
    if (answer === null || answer.status >= 300)
      return { name: 'InternalServerError', message: 'The event handler did not take the event.' }
    if (answer.payload && !connection.isEnded)
      send([connection], createMessage({ from: 'server' }, answer.payload))
    return null
  }

  return function answerFrame(connection: Connection, frame: ClientFrame) {
    if (frame.type === 'ping') return tell(connection, { type: 'pong' })
    if (frame.type === 'sequenceAck') return acknowledge(connection, frame.sequenceId)
    const { ackId } = frame
    const ack = (error: { name: string; message: string } | null) => {
      if (ackId === undefined || connection.isEnded) return
      tell(connection, { type: 'ack', ackId, success: error === null, ...(error && { error }) })
    }
    const forbidden = () =>
      ack({ name: 'Forbidden', message: 'The client has no permission for this group.' })
    const malformed = () =>
      ack({ name: 'BadRequest', message: 'The data is not of the type it is said to be.' })
    const permission = frame.type === 'sendToGroup' ? 'sendToGroup' : 'joinLeaveGroup'
    if (frame.type !== 'event' && !may(connection, permission, frame.group)) return forbidden()
    const payload = 'data' in frame ? payloadOf(frame) : null
    if ('data' in frame && payload === null) return malformed()
    if (ackId !== undefined && !isNewAck(connection, ackId))
      return ack({ name: 'Duplicate', message: 'A message with this ack id was taken before.' })

    switch (frame.type) {
      case 'joinGroup':
        registry.join(connection, frame.group)
        return ack(null)
      case 'leaveGroup':
        registry.leave(connection, frame.group)
        return ack(null)
      case 'sendToGroup': {
        const { group, noEcho } = frame
        const { userId } = connection
        const members = registry.inGroup(connection.hub, group)
        const others = noEcho ? [...members].filter((member) => member !== connection) : members
        if (payload)
          send(
            others,
            createMessage(
              { from: 'group', group, ...(userId === undefined ? {} : { fromUserId: userId }) },
              payload,
            ),
          )
        return ack(null)
      }
      case 'event': {
        if (connection.waitingEvents >= limits.waitingEvents)
          return refuse(connection, 'too many events at once')
        if (payload) enqueue(connection, async () => ack(await passEventOn(connection, frame.event, payload)))
        return
      }
    }
  }
}

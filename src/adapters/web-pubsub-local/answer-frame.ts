import { type ClientFrame, payloadOf } from './client-frame.ts'
import { acknowledge, type Connection, isNewAck, may } from './connection.ts'
import type { EventHandlerClient } from './event-handler.ts'
import type { Limits } from './limits.ts'
import { createMessage, type Message, type Payload } from './message.ts'
import type { Registry } from './registry.ts'

interface FrameError {
  readonly name: string
  readonly message: string
}

const forbidden: FrameError = {
  name: 'Forbidden',
  message: 'The client has no permission for this group.',
}
const malformed: FrameError = {
  name: 'BadRequest',
  message: 'The data is not of the type it is said to be.',
}
const duplicate: FrameError = {
  name: 'Duplicate',
  message: 'A message with this ack id was taken before.',
}
const notOffered: FrameError = { name: 'NotSupported', message: 'This server does not offer it.' }

/** What the handler made of an event: nothing where it has nothing to say. */
type EventOutcome = { readonly payload: Payload | null } | { readonly error: FrameError }

type Frame<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>
type AckedFrame = Frame<'joinGroup' | 'leaveGroup' | 'sendToGroup' | 'event'>

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
  readonly tell: (connection: Connection, control: object, payload?: Payload | null) => void
  readonly send: (connections: Iterable<Connection>, message: Message) => void
  /** Events of one connection reach the handler in order. */
  readonly enqueue: (connection: Connection, task: () => Promise<unknown>) => void
  /** Closes a connection that does what it must not. */
  readonly refuse: (connection: Connection, reason: string) => void
}) {
  const acknowledgeFrame = (
    connection: Connection,
    ackId: number | undefined,
    error: FrameError | null,
  ): void => {
    if (ackId === undefined || connection.isEnded) return
    tell(connection, { type: 'ack', ackId, success: error === null, ...(error && { error }) })
  }

  async function passEventOn(connection: Connection, event: string, payload: Payload): Promise<EventOutcome> {
    const failed = (message: string): EventOutcome => ({ error: { name: 'InternalServerError', message } })
    const handler = handlerOf()
    if (!handler?.wantsFromClient(event)) return failed('No event handler takes this event.')
    const answer = await handler.passOn(connection, event, payload)
    if (answer === null || answer.status >= 300) return failed('The event handler did not take the event.')
    return { payload: answer.payload }
  }

  /** The answer goes before the ack, as the service does it: whoever has the ack has the answer. */
  function takeEvent(connection: Connection, { event, ackId }: Frame<'event'>, payload: Payload): void {
    enqueue(connection, async () => {
      const outcome = await passEventOn(connection, event, payload)
      if ('error' in outcome) return acknowledgeFrame(connection, ackId, outcome.error)
      if (outcome.payload && !connection.isEnded)
        send([connection], createMessage({ from: 'server' }, outcome.payload))
      acknowledgeFrame(connection, ackId, null)
    })
  }

  function takeInvocation(
    connection: Connection,
    { invocationId, event, target }: Frame<'invoke'>,
    payload: Payload | null,
  ) {
    const respond = (outcome: EventOutcome): void => {
      if (connection.isEnded) return
      const answer = { type: 'invokeResponse', invocationId }
      if ('error' in outcome) tell(connection, { ...answer, success: false, error: outcome.error })
      else tell(connection, { ...answer, success: true }, outcome.payload)
    }
    if (target !== undefined && target !== 'event') return respond({ error: notOffered })
    if (!payload) return respond({ error: malformed })
    if (connection.invocations.has(invocationId))
      return respond({ error: { name: 'Duplicate', message: 'An invocation with this id is under way.' } })
    connection.invocations.add(invocationId)
    enqueue(connection, async () => {
      const outcome = connection.invocations.has(invocationId)
        ? await passEventOn(connection, event, payload)
        : null
      if (connection.invocations.delete(invocationId) && outcome) respond(outcome)
    })
  }

  function publishToGroup(connection: Connection, frame: Frame<'sendToGroup'>, payload: Payload): void {
    const { group, noEcho } = frame
    const { userId } = connection
    const members = registry.inGroup(connection.hub, group)
    send(
      noEcho ? [...members].filter((member) => member !== connection) : members,
      createMessage(
        { from: 'group', group, ...(userId === undefined ? {} : { fromUserId: userId }) },
        payload,
      ),
    )
  }

  /** What of a group or an event is refused: no leave, data of another type than it claims, an ack id seen before. */
  function faultOf(connection: Connection, frame: AckedFrame, payload: Payload | null): FrameError | null {
    const permission = frame.type === 'sendToGroup' ? 'sendToGroup' : 'joinLeaveGroup'
    if (frame.type !== 'event' && !may(connection, permission, frame.group)) return forbidden
    if ((frame.type === 'event' || frame.type === 'sendToGroup') && !payload) return malformed
    if (frame.ackId !== undefined && !isNewAck(connection, frame.ackId)) return duplicate
    return null
  }

  return function answerFrame(connection: Connection, frame: ClientFrame) {
    const isFull = connection.waitingEvents >= limits.waitingEvents
    switch (frame.type) {
      case 'ping':
        return tell(connection, { type: 'pong' })
      case 'sequenceAck':
        return acknowledge(connection, frame.sequenceId)
      case 'invoke':
        if (isFull) return refuse(connection, 'too many events at once')
        return takeInvocation(connection, frame, payloadOf(frame))
      case 'cancelInvocation':
        // What has begun is finished; nobody is told.
        connection.invocations.delete(frame.invocationId)
        return
      case 'streamData':
      case 'streamEnd':
        return tell(connection, { type: 'streamClosed', streamId: frame.streamId, error: notOffered })
      case 'setGroupState':
      case 'subscribeGroupState':
      case 'unsubscribeGroupState':
        return acknowledgeFrame(connection, frame.ackId, notOffered)
    }
    if (frame.type === 'sendToGroup' && frame.stream) {
      const error = may(connection, 'sendToGroup', frame.group) ? notOffered : forbidden
      return tell(connection, { type: 'streamClosed', streamId: frame.stream.streamId, error })
    }
    const payload = frame.type === 'event' || frame.type === 'sendToGroup' ? payloadOf(frame) : null
    const fault = faultOf(connection, frame, payload)
    if (fault) return acknowledgeFrame(connection, frame.ackId, fault)
    switch (frame.type) {
      case 'joinGroup':
        registry.join(connection, frame.group)
        return acknowledgeFrame(connection, frame.ackId, null)
      case 'leaveGroup':
        registry.leave(connection, frame.group)
        return acknowledgeFrame(connection, frame.ackId, null)
      case 'sendToGroup':
        if (payload) publishToGroup(connection, frame, payload)
        return acknowledgeFrame(connection, frame.ackId, null)
      case 'event':
        if (isFull) return refuse(connection, 'too many events at once')
        if (payload) takeEvent(connection, frame, payload)
    }
  }
}

import { z } from 'zod'
import { ErrorBody } from '../../kernel/error-body.ts'
import { SaidReference } from '../../platform/realtime/realtime.model.ts'
import { ReadUpTo, Typing } from './chat.model.ts'
import { type EventName, events, ownStreamEvents, saidByDevices } from './events.ts'
import { ChatMessage, SaidMessage } from './messages.model.ts'

const InConversation = z.object({ conversationId: z.uuid() })

/** What a device may say, by name; null for what carries nothing. */
const said = {
  message: z.intersection(InConversation, SaidMessage),
  typing: z.intersection(InConversation, Typing.strip()),
  read: z.intersection(InConversation, ReadUpTo.strip()),
  ping: null,
} as const satisfies Record<keyof typeof saidByDevices, z.ZodType | null>

/** What comes back to the device that said something, and to no other. */
const answers = {
  message_sent: {
    says: 'The message as it is stored, whether now or by an earlier try.',
    schema: z.intersection(z.object({ message: ChatMessage }), SaidReference),
  },
  refused: {
    says: 'What was said is refused. Comes before the acknowledgement of the event, which says only that it arrived.',
    schema: z.intersection(ErrorBody, SaidReference),
  },
} as const satisfies Record<string, { readonly says: string; readonly schema: z.ZodType }>

const nameOf = (event: string): string => event.replaceAll('.', '_')
const reference = (...path: readonly string[]) => ({ $ref: `#/${path.join('/')}` })
const asJsonSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io,
    metadata: z.registry<z.core.GlobalMeta>(),
  })
  return rest
}

/** The AsyncAPI 3 document of the live events, made from the schemas that the code itself uses. */
export function describeEvents(publicOrigin: string): object {
  const names = Object.keys(events) as EventName[]
  const onConversation = names.filter((name) => !ownStreamEvents.includes(name) || name === 'read.updated')
  const messagesOf = (wanted: readonly string[]) =>
    Object.fromEntries(
      wanted.map((name) => [nameOf(name), reference('components', 'messages', nameOf(name))]),
    )
  const { host, protocol } = new URL(publicOrigin)
  const saidNames = Object.keys(said) as (keyof typeof said)[]
  const saidName = (name: string) => `say_${name}`
  const answerNames = Object.keys(answers) as (keyof typeof answers)[]
  const answerName = (name: string) => `answer_${name}`
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'MackChat live events',
      version: '1',
      description:
        'For the official client of Azure Web PubSub (`@azure/web-pubsub-client`): `POST /api/v1/realtime/negotiate` says where to connect and with which token. Events arrive as data of group messages. Those with `seq` are numbered without gaps in their conversation: drop a number you have, and ask `POST /api/v1/sync` when one is missing.',
      contact: { name: 'T.O.O.L.S Inc', url: publicOrigin },
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      tags: [{ name: 'MackChat', description: 'What happens in conversations, while it happens.' }],
    },
    defaultContentType: 'application/json',
    servers: {
      negotiated: {
        host,
        protocol: protocol === 'https:' ? 'wss' : 'ws',
        pathname: '/client/hubs/mackchat',
        description: 'An example: `negotiate` answers the address to use.',
      },
    },
    channels: {
      conversation: {
        address: 'c.{conversationId}',
        title: 'The group of a conversation',
        description:
          'A device is put into the groups of its person’s conversations; it cannot join or publish.',
        parameters: { conversationId: { description: 'The id of the conversation.' } },
        messages: messagesOf(onConversation),
      },
      own: {
        address: 'u.{userId}',
        title: 'The group of one person',
        description: 'All devices of one person.',
        parameters: { userId: { description: 'The id of the person.' } },
        messages: messagesOf(ownStreamEvents),
      },
      said: {
        address: null,
        title: 'What a device says',
        description:
          'Events of the connection: `client.sendEvent(name, data, "json")`, or `client.invokeEvent(name, data, "json")`, which resolves with the answer or the refusal. Give each a `clientMessageId`: an answer names it.',
        messages: messagesOf(saidNames.map(saidName)),
      },
      answers: {
        address: null,
        title: 'What a device is answered',
        description:
          'Server messages of the connection (`server-message`), or results of `invokeEvent`. Several may be under way: `said`, `clientMessageId` and `conversationId` tell which one is answered. The acknowledgement of `sendEvent` follows the answer; its `success` says that the event arrived, not that it was taken: wait for the answer of a `message`, and look for a refusal of anything else. An event without an answer (`typing`, `read`, `ping`) that is taken is only acknowledged.',
        messages: messagesOf(answerNames.map(answerName)),
      },
    },
    operations: {
      receiveConversationEvents: {
        action: 'send',
        channel: reference('channels', 'conversation'),
        summary: 'What happens in a conversation',
        description:
          'Messages, changes to them, who joined and left, who is typing: to every device of every member, in the order of `seq`.',
      },
      receiveOwnEvents: {
        action: 'send',
        channel: reference('channels', 'own'),
        summary: 'What concerns one person',
        description:
          'Conversations that somebody came into or left, and what they read elsewhere: to every device of that person, and to nobody else.',
      },
      receiveAnswers: {
        action: 'send',
        channel: reference('channels', 'answers'),
        summary: 'What a device is answered',
        description: 'To the device that said something, and to no other: that it was taken, or why not.',
      },
      say: {
        action: 'receive',
        channel: reference('channels', 'said'),
        summary: 'What devices may say',
        description:
          'The same as the operations of the HTTP API, by the same rules and limits, without a request for each.',
      },
    },
    components: {
      messages: {
        ...Object.fromEntries(
          names.map((name) => [
            nameOf(name),
            { name, summary: events[name].says, payload: asJsonSchema(events[name].schema, 'output') },
          ]),
        ),
        ...Object.fromEntries(
          answerNames.map((name) => [
            answerName(name),
            { name, summary: answers[name].says, payload: asJsonSchema(answers[name].schema, 'output') },
          ]),
        ),
        ...Object.fromEntries(
          saidNames.map((name) => {
            const schema = said[name]
            return [
              saidName(name),
              {
                name,
                summary: saidByDevices[name],
                payload: schema === null ? {} : asJsonSchema(schema, 'input'),
              },
            ]
          }),
        ),
      },
    },
  }
}

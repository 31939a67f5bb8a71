import { z } from 'zod'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { AppError, validationError } from '../../kernel/errors.ts'
import { type Connection, type ConnectionListener, ping } from '../../platform/realtime/realtime.model.ts'
import { ReadUpTo, Typing } from './chat.model.ts'
import { SaidMessage, type SendMessage } from './messages.model.ts'

const InConversation = z.object({ conversationId: z.uuid() })

/** What devices say over their connection enters the same use cases as requests do, and fails in the same words. */
export function createDeviceEvents(uses: {
  readonly users: Pick<Users, 'read'>
  readonly requireVerifiedEmail: (actor: Actor, known: User | null) => Promise<void>
  readonly sendMessage: (
    actor: Actor,
    conversationId: string,
    input: SendMessage,
  ) => Promise<{ readonly message: object }>
  readonly read: (actor: Actor, conversationId: string, seq?: number) => Promise<void>
  readonly type: (actor: Actor, conversationId: string, input: Typing) => Promise<void>
  readonly presence: { readonly renew: (userId: string, device: string) => Promise<void> }
}): ConnectionListener['events'] {
  const { users, requireVerifiedEmail, sendMessage, read, type, presence } = uses

  const handle =
    <T>(
      schema: z.ZodType<T>,
      act: (actor: Actor, conversationId: string, input: T) => Promise<object | null>,
    ) =>
    async ({ userId, connectionId }: Connection, said: unknown): Promise<object | null> => {
      const [where, input, user] = [
        InConversation.safeParse(said),
        schema.safeParse(said),
        await users.read(userId),
      ]
      const issues = [...(where.error?.issues ?? []), ...(input.error?.issues ?? [])]
      if (!where.success || !input.success)
        throw validationError(
          issues.map(({ path, code }) => ({ path: path.join('.'), code, message: 'Is not valid.' as const })),
        )
      if (!user || user.value.status === 'suspended')
        throw new AppError('unauthenticated', 'token_revoked', 'This session has ended. Sign in again.')
      const actor: Actor = {
        userId,
        sessionId: connectionId,
        role: user.value.role,
        securityEpoch: user.value.securityEpoch,
      }
      await requireVerifiedEmail(actor, user.value)
      return act(actor, where.data.conversationId, input.data)
    }

  return {
    message: handle(SaidMessage, async (actor, conversationId, input) => ({
      message: (await sendMessage(actor, conversationId, input)).message,
    })),
    typing: handle(Typing.strip(), async (actor, conversationId, input) => {
      await type(actor, conversationId, input)
      return null
    }),
    read: handle(ReadUpTo.strip(), async (actor, conversationId, { seq }) => {
      await read(actor, conversationId, seq)
      return null
    }),
    [ping]: async ({ userId, connectionId }) => {
      await presence.renew(userId, connectionId)
      return null
    },
  }
}

import { signal } from '@preact/signals'
import { ask, type BodyOf, type Load } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { attempt, tell } from '../../base/state/notices.ts'
import { onLeaving } from '../../base/state/session.ts'
import { keep } from './conversations.ts'
import { go, openConversation } from './place.ts'

type Routes = (typeof v1.conversations)[':id']['invitations']
export type Invitation = BodyOf<Awaited<ReturnType<Routes['$get']>>>['items'][number]
export type Preview = BodyOf<Awaited<ReturnType<(typeof v1.invitations)[':token']['$get']>>>

interface Listed {
  readonly conversationId: string
  readonly items: readonly Invitation[]
  readonly load: Load
}

export const invitations = signal<Listed | null>(null)
/** The link of the one that was just made: it is said once. */
export const issued = signal<{ readonly id: string; readonly url: string } | null>(null)
onLeaving(() => {
  invitations.value = null
  issued.value = null
})

export async function loadInvitations(conversationId: string): Promise<void> {
  const known = invitations.peek()
  const items = known?.conversationId === conversationId ? known.items : []
  invitations.value = { conversationId, items, load: 'loading' }
  const answer = await ask(v1.conversations[':id'].invitations.$get({ param: { id: conversationId } }))
  invitations.value = answer.ok
    ? { conversationId, items: answer.value.items, load: 'ready' }
    : { conversationId, items, load: answer.problem }
}

export const invite = (
  conversationId: string,
  json: {
    readonly expiresInSeconds: number
    readonly maxUses?: number
    readonly role: 'member' | 'moderator'
  },
): Promise<boolean> =>
  attempt(
    () => ask(v1.conversations[':id'].invitations.$post({ param: { id: conversationId }, json })),
    ({ id, url }) => {
      issued.value = { id, url }
      loosely(() => loadInvitations(conversationId))
    },
  )

export const revokeInvitation = (conversationId: string, invitationId: string): Promise<boolean> =>
  attempt(
    () =>
      ask(
        v1.conversations[':id'].invitations[':invitationId'].$delete({
          param: { id: conversationId, invitationId },
        }),
      ),
    () => {
      if (issued.peek()?.id === invitationId) issued.value = null
      loosely(() => loadInvitations(conversationId))
    },
  )

export const readInvitation = (token: string) => ask(v1.invitations[':token'].$get({ param: { token } }))

const putAway = (): void => go({ invitation: null }, { replaces: true })

export const acceptInvitation = (token: string): Promise<boolean> =>
  attempt(
    () => ask(v1.invitations[':token'].accept.$post({ param: { token } })),
    (conversation) => {
      putAway()
      keep(conversation)
      openConversation(conversation.id)
    },
  )

export const declineInvitation = (token: string): Promise<boolean> =>
  attempt(
    () => ask(v1.invitations[':token'].decline.$post({ param: { token } })),
    () => {
      putAway()
      tell('You have declined the invitation.')
    },
  )

import type { BodyOf } from './ask.ts'
import type { v1 } from './client.ts'

type Api = typeof v1
type Of<T extends (...values: any[]) => Promise<any>> = BodyOf<Awaited<ReturnType<T>>>

export type Conversation = Of<Api['conversations']['$get']>['items'][number]
export type ConversationDetails = Of<Api['conversations'][':id']['$get']>
export type Participant = Conversation['participants'][number]
export type MemberRole = Participant['role']
export type Message = Of<Api['conversations'][':id']['messages']['$get']>['items'][number]
export type Attachment = Message['attachments'][number]
export type Contact = Of<Api['contacts']['$get']>['items'][number]
export type Me = Of<Api['users']['me']['$get']>
export type SecondFactorWanted = Extract<Of<Api['auth']['login']['$post']>, { mfaToken: string }>

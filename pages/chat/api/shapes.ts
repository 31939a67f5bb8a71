import type { Api, Of } from '../../base/api/shapes.ts'

export type Conversation = Of<Api['conversations']['$get']>['items'][number]
export type ConversationDetails = Of<Api['conversations'][':id']['$get']>
export type Participant = Conversation['participants'][number]
export type MemberRole = Participant['role']
export type Message = Of<Api['conversations'][':id']['messages']['$get']>['items'][number]
export type Attachment = Message['attachments'][number]
export type Contact = Of<Api['contacts']['$get']>['items'][number]

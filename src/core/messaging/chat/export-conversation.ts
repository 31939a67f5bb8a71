import { encodeCursor } from '../../../ports/cursor.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import { announced } from './describe.ts'
import { type Entry, type Head, isMessage, memberOf, messages } from './entries.model.ts'
import {
  type ExportedConversation,
  type ExportedMessage,
  type ExportFormat,
  noLongerAMember,
} from './export.model.ts'
import { writeAsJson, writeAsText } from './export-formats.ts'
import type { ReadPeople } from './people.ts'
import type { Permissions } from './permissions.ts'
import type { Throttle } from './throttle.ts'

const pageSize = 200

const writers = { json: writeAsJson, text: writeAsText }

/**
 * A conversation as this member may see it, oldest first, in pieces: one page of messages is in memory at a time, and the
 * next is read when the reader wants more. Ends at the newest message there was when it was asked for, and breaks off when
 * the membership that it was asked under ends.
 */
export const createExportConversation =
  (
    { documents, clock, log: events }: Needs<'documents' | 'clock' | 'log'>,
    parts: {
      readonly log: ConversationLog
      readonly readPeople: ReadPeople
      readonly permissions: Pick<Permissions, 'requireIn'>
      readonly throttle: Throttle
      readonly audit: Pick<Recording, 'record'>
    },
  ) =>
  async (
    caller: Caller,
    actor: Actor,
    conversationId: string,
    format: ExportFormat,
  ): Promise<AsyncGenerator<string>> => {
    const { log, readPeople, permissions, throttle, audit } = parts
    const { userId, sessionId } = actor
    const { head, member } = permissions.requireIn('read', (await log.readHead(conversationId))?.value, actor)
    await throttle('export', userId)
    await audit.record(caller, {
      event: 'conversation.export',
      actorId: userId,
      sessionId,
      resource: { type: 'conversation', id: conversationId },
    })

    async function requireSameMembership(): Promise<void> {
      const now = await log.recentHead(conversationId)
      if ((now && memberOf(now, userId))?.joinedSeq !== member.joinedSeq) throw noLongerAMember()
    }

    async function* pages(): AsyncGenerator<readonly ExportedMessage[]> {
      let after = encodeCursor([member.joinedSeq + 1, ''])
      for (;;) {
        await requireSameMembership()
        const page = await documents.query<Entry, typeof messages.paths>(messages, {
          path: 'byKind',
          partition: conversationId,
          equals: { kind: 'message' },
          limit: pageSize,
          after,
        })
        const found = page.items.filter(isMessage).filter(({ value }) => value.seq <= head.seq)
        const people = await readPeople(found.map(({ value }) => value.senderId))
        yield found.map(({ value }) => ({
          ...announced(value),
          senderName: people.get(value.senderId)?.name ?? '',
        }))
        if (page.next === undefined || found.length < page.items.length) return
        after = page.next
      }
    }

    async function* write(): AsyncGenerator<string> {
      try {
        yield* writers[format](await describe(head), pages())
      } catch (error) {
        events.error('conversation_export_broke_off', error)
        throw error
      }
    }

    async function describe({
      members,
      ...rest
    }: Head): Promise<Omit<ExportedConversation, 'messages' | 'isComplete'>> {
      const people = await readPeople(members.map((each) => each.userId))
      return {
        conversation: {
          id: conversationId,
          type: rest.type,
          name: rest.name,
          createdAt: rest.createdAt,
          participants: members.map((each) => ({
            userId: each.userId,
            name: people.get(each.userId)?.name ?? '',
            role: each.role,
          })),
        },
        exportedAt: new Date(clock.now()).toISOString(),
        exportedBy: userId,
      }
    }

    return write()
  }

import { z } from 'zod'
import { decodeBase64url, encodeJson } from '../../../ports/base64url.ts'
import { encodeCursor } from '../../../ports/cursor.ts'
import {
  type FoundMessage,
  type FoundMessages,
  type MessageQuestion,
  mergeFound,
  type SearchedConversation,
  type SearchPosition,
} from '../../../ports/message-search.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { validationError } from '../../kernel/errors.ts'
import { type CursorPage, pageOf } from '../../kernel/paging.ts'
import type { ConversationLog } from './conversation-log.ts'
import { shown } from './describe.ts'
import { type Entry, type Head, isMessage, memberOf, messages } from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import type { ChatMessage, SearchQuery } from './messages.model.ts'
import type { Permissions } from './permissions.ts'
import { momentOf, shelfBelow, topOf } from './place.ts'
import type { ReadMarks } from './read-marks.ts'
import type { Throttle } from './throttle.ts'

/** As many as the store is asked about at a time: then others get their turn. */
const conversationsAtOnce = 25
/** In one request. The cursor goes on behind them. */
const mostConversations = 1_000
/** By how much a list may lag behind what happened in its conversations. */
const lagMs = 120_000

const Place = z.object({ at: z.iso.datetime(), conversationId: z.string(), seq: z.number() })
/** Where a search goes on: after a place in the order of answers, in conversations from one in the list on. */
const SearchCursor = z.object({
  after: Place.optional(),
  /** What was asked for at first: conversations further down the list are searched from there. */
  before: Place.optional(),
  listedAfter: z.string().optional(),
})
type SearchCursor = z.infer<typeof SearchCursor>

function readCursor(text: string | undefined): SearchCursor {
  if (text === undefined) return {}
  if (z.iso.datetime().safeParse(text).success) {
    const before = { at: new Date(text).toISOString(), conversationId: '', seq: 0 }
    return { after: before, before }
  }
  try {
    return SearchCursor.parse(JSON.parse(new TextDecoder().decode(decodeBase64url(text) ?? undefined)))
  } catch {
    throw validationError([
      {
        path: 'before',
        code: 'invalid_cursor',
        message: 'Must be a nextCursor of this list, or a timestamp.',
      },
    ])
  }
}

const searchedBy = (userId: string, head: Head): SearchedConversation => {
  const member = memberOf(head, userId)
  return {
    conversationId: head.conversationId,
    afterSeq: member?.joinedSeq ?? head.seq,
    since: member?.joinedAt ?? head.updatedAt,
    lastSeq: head.seq,
  }
}

interface Searched extends FoundMessages {
  readonly headById: ReadonlyMap<string, Head>
  /** The list goes on after this, and was not followed. */
  readonly listedAfter?: string
}

/** In one's own conversations, and in what was said while one was a member. */
export const createSearchMessages = (
  { documents, messageSearch }: Needs<'documents' | 'messageSearch'>,
  parts: {
    readonly log: ConversationLog
    readonly permissions: Pick<Permissions, 'requireIn'>
    readonly marks: ReadMarks
    readonly inbox: Pick<Inbox, 'page'>
    readonly throttle: Throttle
  },
) => {
  const { log, permissions, marks, inbox, throttle } = parts

  async function searchOne(
    actor: Actor,
    conversationId: string,
    question: MessageQuestion,
  ): Promise<Searched> {
    const { head } = permissions.requireIn('read', (await log.readHead(conversationId))?.value, actor)
    const answer = await messageSearch.find({ ...question, conversations: [searchedBy(actor.userId, head)] })
    return { ...answer, headById: new Map([[conversationId, head]]) }
  }

  /** In the order of the list, which is about that of the answers: when enough is found, the rest of the list is older. */
  async function searchAll(
    { userId }: Actor,
    listedFrom: string | undefined,
    question: MessageQuestion,
  ): Promise<Searched> {
    const headById = new Map<string, Head>()
    let answer: FoundMessages = { found: [] }
    let [listedAfter, looked, effort] = [listedFrom, 0, 0]
    do {
      const page = await inbox.page(userId, 'everything', conversationsAtOnce, listedAfter)
      const stored = await Promise.all(page.items.map(({ value }) => log.readHead(value.id)))
      const heads = stored.flatMap((each) => (each && memberOf(each.value, userId) ? [each.value] : []))
      for (const head of heads) headById.set(head.conversationId, head)
      // What is older than all of a full page is not shown, and neither is what is older than how far was looked.
      const last = answer.found.length === question.limit ? answer.found.at(-1) : answer.reached
      const further = await messageSearch.find({
        ...question,
        conversations: heads.map((head) => searchedBy(userId, head)),
        ...(last === undefined ? {} : { until: last }),
      })
      effort += further.effort ?? 0
      answer = mergeFound([answer, further], question.limit)
      listedAfter = page.next
      looked += page.items.length
      const lowest = page.items.at(-1)?.value.activeAt
      const edge = answer.found.length === question.limit ? answer.found.at(-1) : answer.reached
      // The rest of this shelf is older; what is put away is in an order of its own.
      if (edge && lowest && listedAfter && Date.parse(edge.at) > Date.parse(momentOf(lowest)) + lagMs) {
        const next = shelfBelow(lowest)
        listedAfter = next === null ? undefined : encodeCursor([topOf(next), ''])
      }
    } while (listedAfter !== undefined && looked < mostConversations && effort < 1)
    return { ...answer, headById, ...(listedAfter === undefined ? {} : { listedAfter }) }
  }

  async function show(
    found: readonly FoundMessage[],
    headById: ReadonlyMap<string, Head>,
  ): Promise<readonly ChatMessage[]> {
    const ids = [...new Set(found.map(({ conversationId }) => conversationId))]
    const marksById = new Map(await Promise.all(ids.map(async (id) => [id, await marks.of(id)] as const)))
    const items = await Promise.all(
      found.map(async ({ conversationId: partition, id }) => {
        const stored = await documents.read<Entry>(messages, { partition, id })
        const head = headById.get(partition)
        return stored && head && isMessage(stored) && stored.value.deletedAt === null
          ? [shown(stored.value, head, marksById.get(partition) ?? [])]
          : []
      }),
    )
    return items.flat()
  }

  return async (
    actor: Actor,
    { q, conversationId, from, before, limit }: SearchQuery,
  ): Promise<CursorPage<ChatMessage>> => {
    await throttle('search', actor.userId)
    const cursor = readCursor(before)
    const question: MessageQuestion = {
      conversations: [],
      text: q,
      limit: limit + 1,
      ...(from === undefined ? {} : { senderId: from }),
      ...(cursor.after === undefined ? {} : { after: cursor.after }),
    }
    const { found, reached, headById, listedAfter } =
      conversationId === undefined
        ? await searchAll(actor, cursor.listedAfter, question)
        : await searchOne(actor, conversationId, question)
    const onPage = found.slice(0, limit)
    const goesOnAfter = found.length > limit ? onPage.at(-1) : reached
    const next: SearchCursor | undefined = goesOnAfter
      ? { ...cursor, after: placeOf(goesOnAfter) }
      : listedAfter === undefined
        ? undefined
        : { ...cursor, after: cursor.before, listedAfter }
    return pageOf(await show(onPage, headById), next && encodeJson(next))
  }
}

const placeOf = ({ at, conversationId, seq }: SearchPosition): SearchPosition => ({ at, conversationId, seq })

import type { SqlQuerySpec } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import type { AnyCollection } from '../../ports/documents.ts'
import {
  type FoundMessage,
  type FoundMessages,
  type MessageQuestion,
  type MessageSearch,
  mergeFound,
  type SearchedConversation,
} from '../../ports/message-search.ts'
import { isEmpty, isFoundIn, readSearched, type SearchedText, termsToAsk } from '../../ports/searched-text.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { CosmosFailure } from './client.ts'
import { moreTerms, numberOf, termsField } from './full-text.ts'
import { expiryField, idField } from './items.ts'
import type { Requests } from './requests.ts'

interface Candidate {
  readonly id: string
  readonly seq: number
  readonly at: string
  readonly text: string
}

/** Asked about at the same time. */
const conversationsAtOnce = 10
/** Looked at in one conversation. */
const mostCandidates = 500

/** By the service's full-text index of messages, which the adapter of documents fills. */
export function createCosmosMessageSearch({
  requests: { ask, containerOf },
  clock,
  messages,
}: {
  readonly requests: Requests
  readonly clock: Clock
  readonly messages: AnyCollection
}): MessageSearch {
  function specOf(
    { afterSeq }: SearchedConversation,
    { senderId, after, until }: MessageQuestion,
    belowSeq: number,
    terms: readonly string[],
  ): SqlQuerySpec {
    const numbers = terms.map((term) => `"${numberOf(term)}"`).join(', ')
    const listed = `c["${termsField}"]`
    const conditions = [
      `c.kind = 'message'`,
      'c.seq > @afterSeq',
      'c.seq < @belowSeq',
      `(FullTextContainsAll(${listed}, ${numbers}) OR FullTextContains(${listed}, "${moreTerms}"))`,
      ...(after === undefined ? [] : ['c["at"] <= @at']),
      ...(until === undefined ? [] : ['c["at"] >= @until']),
      ...(senderId === undefined ? [] : ['c.senderId = @senderId']),
      `(NOT IS_DEFINED(c["${expiryField}"]) OR c["${expiryField}"] > @now)`,
    ]
    const order = ['kind', 'seq', idField].map((name) => `c["${name}"] DESC`).join(', ')
    const parameters = {
      '@afterSeq': afterSeq,
      '@belowSeq': belowSeq,
      '@at': after?.at,
      '@until': until?.at,
      '@senderId': senderId,
      '@now': clock.now(),
    }
    return {
      query: `SELECT c["${idField}"] AS id, c.seq, c["at"], c.text FROM c WHERE ${conditions.join(' AND ')} ORDER BY ${order}`,
      parameters: Object.entries(parameters).flatMap(([name, value]) =>
        value === undefined ? [] : [{ name, value }],
      ),
    }
  }

  async function findIn(
    conversation: SearchedConversation,
    question: MessageQuestion,
    wanted: SearchedText,
  ): Promise<FoundMessages> {
    const { conversationId } = conversation
    const { after, limit } = question
    const isSame = after?.conversationId === conversationId
    // Of its own millisecond, what another conversation has comes after the place or before it as a whole.
    const isTieLater = after === undefined || after.conversationId > conversationId
    const spec = specOf(
      conversation,
      question,
      isSame ? after.seq : Number.MAX_SAFE_INTEGER,
      termsToAsk(wanted).terms,
    )
    const found: FoundMessage[] = []
    let continuationToken: string | undefined
    for (let looked = 0; ; ) {
      const { status, answer } = await ask(messages, 'search', () =>
        containerOf(messages)
          .items.query<Candidate>(spec, {
            partitionKey: conversationId,
            maxItemCount: limit,
            ...(continuationToken === undefined ? {} : { continuationToken }),
          })
          .fetchNext(),
      ).catch((cause: unknown) => {
        throw new PortUnavailable('message search', { cause })
      })
      if (!answer) throw new PortUnavailable('message search', { cause: new CosmosFailure({ status }) })
      for (const { id, seq, at, text } of answer.resources) {
        if (after && at === after.at && !isSame && !isTieLater) continue
        if (isFoundIn(readSearched(text), wanted)) found.push({ at, conversationId, seq, id })
        if (found.length === limit) return { found }
      }
      const last = answer.resources.at(-1)
      looked += answer.resources.length
      continuationToken = answer.continuationToken
      if (!continuationToken) return { found }
      if (last && looked >= mostCandidates)
        return { found, reached: { at: last.at, conversationId, seq: last.seq } }
    }
  }

  return {
    /** The service takes words out of the index with the write that takes them out of the message. */
    async forgetDeleted() {},
    async find(question) {
      const wanted = readSearched(question.text)
      if (isEmpty(wanted)) return { found: [] }
      const answers: FoundMessages[] = []
      for (let start = 0; start < question.conversations.length; start += conversationsAtOnce) {
        const share = question.conversations.slice(start, start + conversationsAtOnce)
        answers.push(...(await Promise.all(share.map((each) => findIn(each, question, wanted)))))
      }
      return mergeFound(answers, question.limit)
    },
  }
}

import type { SqlParameter, SqlQuerySpec } from '@azure/cosmos'
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
import { expiryField, idField } from './items.ts'
import { listedField, listedSender, listedWord, wordsField } from './listed-words.ts'
import type { Requests } from './requests.ts'

interface Candidate {
  readonly id: string
  readonly seq: number
  readonly at: string
  readonly senderId: string
  readonly text: string
}

/** Each is a subquery, of which one question cannot have many. The text tells the rest. */
const mostTerms = 5
/** Asked about at the same time. */
const conversationsAtOnce = 10
/** Request units for one conversation in one call, and for each of several. What is under way is brought to its end. */
const mostInOne = 200
const mostInEachOfSeveral = 20
/** For one request of a person, who may be in very many. */
const mostInRequest = 1_000
/**
 * Numbers of a conversation in one query, from the newest on. An index serves each, so that the next has many times more; one
 * that turned out dear is followed by one as short.
 */
const firstSpan = 4_000
const growth = 16
const cheap = 20

/** By the words that the adapter of documents lists with each message; what has none listed is looked at. */
export function createCosmosMessageSearch({
  requests: { ask, containerOf },
  clock,
  messages,
}: {
  readonly requests: Requests
  readonly clock: Clock
  readonly messages: AnyCollection
}): MessageSearch {
  const order = ['kind', 'seq', idField].map((name) => `c["${name}"] DESC`).join(', ')
  const live = `(NOT IS_DEFINED(c.${expiryField}) OR c.${expiryField} > @now)`

  /** What of a conversation can be found, but for where in it is looked. */
  function conditionsOf(
    { conversationId }: SearchedConversation,
    { senderId, after, until }: MessageQuestion,
    terms: readonly string[],
  ): { readonly conditions: readonly string[]; readonly parameters: SqlParameter[] } {
    const words = terms.map(
      (_, i) => `EXISTS(SELECT VALUE t FROM t IN c.${wordsField} WHERE STARTSWITH(t, @word${i}))`,
    )
    const sender = senderId === undefined ? [] : [`ARRAY_CONTAINS(c.${wordsField}, @sender)`]
    const values: Readonly<Record<string, unknown>> = {
      ...Object.fromEntries(terms.map((term, i) => [`@word${i}`, listedWord(conversationId, term)])),
      '@sender': senderId === undefined ? undefined : listedSender(conversationId, senderId),
      '@newest': after?.at,
      '@oldest': until?.at,
      '@now': clock.now(),
    }
    return {
      conditions: [
        `(NOT IS_DEFINED(c.${listedField}) OR (${[...sender, ...words].join(' AND ')}))`,
        ...(after === undefined ? [] : ['c["at"] <= @newest']),
        ...(until === undefined ? [] : ['c["at"] >= @oldest']),
        'IS_NULL(c.deletedAt)',
        live,
      ],
      parameters: Object.entries(values).flatMap(([name, value]) =>
        value === undefined ? [] : [{ name, value: value as string }],
      ),
    }
  }

  async function page<T>(
    conversationId: string,
    spec: SqlQuerySpec,
    limit: number,
    continuationToken: string | undefined,
  ) {
    const { status, answer } = await ask(messages, 'search', () =>
      containerOf(messages)
        .items.query<T>(spec, {
          partitionKey: conversationId,
          maxItemCount: limit,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        })
        .fetchNext(),
    ).catch((cause: unknown) => {
      throw new PortUnavailable('message search', { cause })
    })
    if (!answer) throw new PortUnavailable('message search', { cause: new CosmosFailure({ status }) })
    return answer
  }

  /** The newest message below a number; where the last number is not known, of all. */
  async function newestBelow(
    conversationId: string,
    below: number,
  ): Promise<Pick<Candidate, 'seq' | 'at'> | undefined> {
    const spec = {
      query: `SELECT c.seq, c["at"] FROM c WHERE c["kind"] = @kind AND c["seq"] < @below ORDER BY ${order}`,
      parameters: [
        { name: '@kind', value: 'message' },
        { name: '@below', value: below },
      ],
    }
    return (await page<Pick<Candidate, 'seq' | 'at'>>(conversationId, spec, 1, undefined)).resources[0]
  }

  async function findIn(
    conversation: SearchedConversation,
    question: MessageQuestion,
    wanted: SearchedText,
    most: number,
    charge: (requestUnits: number) => void,
  ): Promise<FoundMessages> {
    const { conversationId, afterSeq, lastSeq } = conversation
    const { senderId, after, limit } = question
    const isSame = after?.conversationId === conversationId
    // Of its own millisecond, what another conversation has comes after the place or before it as a whole.
    const isTieLater = after === undefined || after.conversationId > conversationId
    const { conditions, parameters } = conditionsOf(
      conversation,
      question,
      termsToAsk(wanted).terms.slice(0, mostTerms),
    )
    const isWanted = (each: Candidate): boolean =>
      !(after && each.at === after.at && !isSame && !isTieLater) &&
      (senderId === undefined || each.senderId === senderId) &&
      isFoundIn(readSearched(each.text), wanted)
    let below = isSame ? after.seq : Number.MAX_SAFE_INTEGER
    const newest = lastSeq ?? (isSame ? below : (await newestBelow(conversationId, below))?.seq)
    if (newest === undefined) return { found: [] }
    let spent = 0
    const found: FoundMessage[] = []
    for (let span = firstSpan; ; ) {
      const above = Math.max(afterSeq, Math.min(below, newest + 1) - span - 1)
      const spec = {
        query: `SELECT c.${idField} AS id, c.seq, c["at"], c.senderId, c.text FROM c WHERE ${[
          'c["kind"] = @kind',
          'c["seq"] > @above',
          'c["seq"] < @below',
          ...conditions,
        ].join(' AND ')} ORDER BY ${order}`,
        parameters: [
          ...parameters,
          { name: '@kind', value: 'message' },
          { name: '@above', value: above },
          { name: '@below', value: below },
        ],
      }
      let continuationToken: string | undefined
      let spentHere = 0
      do {
        const answer = await page<Candidate>(conversationId, spec, limit, continuationToken)
        spentHere += answer.requestCharge
        charge(answer.requestCharge)
        for (const each of answer.resources) {
          const { id, seq, at } = each
          if (isWanted(each)) found.push({ at, conversationId, seq, id })
          if (found.length === limit) return { found }
        }
        continuationToken = answer.continuationToken
        const last = answer.resources.at(-1)
        if (continuationToken && last && spent + spentHere >= most)
          return { found, reached: { at: last.at, conversationId, seq: last.seq } }
      } while (continuationToken)
      if (above === afterSeq) return { found }
      spent += spentHere
      below = above + 1
      if (spent >= most) {
        const next = await newestBelow(conversationId, below)
        return next === undefined || next.seq <= afterSeq
          ? { found }
          : { found, reached: { at: next.at, conversationId, seq: below } }
      }
      if (spentHere <= cheap) span *= growth
    }
  }

  return {
    /** The words of a message leave the index with the write that takes them out of the message. */
    async forgetDeleted() {},
    async find(question) {
      const wanted = readSearched(question.text)
      if (isEmpty(wanted)) return { found: [] }
      const { conversations, limit } = question
      const most = conversations.length > 1 ? mostInEachOfSeveral : mostInOne
      let charged = 0
      const charge = (requestUnits: number) => {
        charged += requestUnits
      }
      const answers: FoundMessages[] = []
      for (let start = 0; start < conversations.length; start += conversationsAtOnce) {
        const share = conversations.slice(start, start + conversationsAtOnce)
        answers.push(
          ...(await Promise.all(share.map((each) => findIn(each, question, wanted, most, charge)))),
        )
      }
      return { ...mergeFound(answers, limit), effort: charged / mostInRequest }
    },
  }
}

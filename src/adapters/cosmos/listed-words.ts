import type { AnyCollection } from '../../ports/documents.ts'
import type { SearchedMessage } from '../../ports/message-search.ts'
import { readSearched, termsToIndex } from '../../ports/searched-text.ts'

/*
 * What a message is found by stands in its own item: its words, in a list whose elements are indexed. So it changes with the
 * message in one write, and goes with it, however that goes.
 *
 * Each word begins with a key of its conversation: what is asked of one meets no words of others that happen to be beside it.
 */

export const wordsField = '_words'
/** Of a message that is found by its words alone. Any other has to be looked at. */
export const listedField = '_listed'
/** Of a message with more words than are listed. */
const longField = '_long'

/** Each makes the write dearer. Such a text has about 2,000 letters. */
export const mostListed = 300
const keyLength = 5
/** With a sign before it that no word has. */
const senderSign = '‹'
const senderKeyLength = 12

const endOf = (id: string, length: number): string =>
  id
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .slice(-length)
    .padStart(length, '0')

export const listedWord = (conversationId: string, term: string): string =>
  endOf(conversationId, keyLength) + term

/** Of two senders that share one, each answer is looked at once more. */
export const listedSender = (conversationId: string, senderId: string): string =>
  listedWord(conversationId, senderSign + endOf(senderId, senderKeyLength))

const isMessages = ({ name }: AnyCollection): boolean => name === 'Messages'

/** What the item of a message has besides. Of what was deleted there is nothing to be found, and nothing to be looked at. */
export function searchFieldsOf(c: AnyCollection, value: Partial<SearchedMessage>): Record<string, unknown> {
  if (!isMessages(c) || value.kind !== 'message') return {}
  if (value.deletedAt !== null) return { [listedField]: 1 }
  const { conversationId = '', senderId = '', text = '' } = value
  const terms = termsToIndex(readSearched(text))
  if (terms.length > mostListed) return { [longField]: 1 }
  return {
    [wordsField]: [
      listedSender(conversationId, senderId),
      ...terms.map((term) => listedWord(conversationId, term)),
    ],
    [listedField]: 1,
  }
}

/** What the container of messages has to index besides. */
export const searchPathsOf = (c: AnyCollection): readonly string[] =>
  isMessages(c) ? [`/${wordsField}/[]/?`, `/${listedField}/?`, '/at/?'] : []

/** Finds the items of messages that were written before their words were listed. */
export const unlisted = `c.kind = 'message' AND NOT IS_DEFINED(c.${listedField}) AND NOT IS_DEFINED(c.${longField})`

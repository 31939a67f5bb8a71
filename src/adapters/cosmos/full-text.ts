import type { ContainerDefinition } from '@azure/cosmos'
import type { AnyCollection } from '../../ports/documents.ts'
import type { SearchedMessage } from '../../ports/message-search.ts'
import { readSearched, termsToIndex } from '../../ports/searched-text.ts'

/*
 * The full-text index of the service reads English: it leaves out words that say little and cuts off endings. What it gets to
 * read is therefore no language: every beginning of every term as a number of twelve digits. Two that share one are told
 * apart by the text, which is looked at anyway.
 */

export const termsField = '_terms'
/** Of a message that has more terms than are listed: the text itself has to be looked at. */
export const moreTerms = '0'.repeat(12)
/** Forty messages with so many fit into one transaction. */
const mostListed = 1_500

export function numberOf(term: string): string {
  let [low, high] = [0x811c9dc5, 0x1b873593]
  for (const byte of new TextEncoder().encode(term)) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15)
  }
  const number = ((high >>> 0) % 0x80) * 2 ** 32 + (low >>> 0)
  return String(number + 1).padStart(12, '0')
}

/** Undefined for what is no message, or one that was deleted. */
export function listedTerms(c: AnyCollection, value: Partial<SearchedMessage>): string | undefined {
  if (c.name !== 'Messages' || value.kind !== 'message' || value.deletedAt !== null) return undefined
  const numbers = new Set<string>()
  for (const term of termsToIndex(readSearched(value.text ?? ''))) {
    let beginning = ''
    for (const character of term) {
      beginning += character
      numbers.add(numberOf(beginning))
    }
    if (numbers.size > mostListed) break
  }
  return numbers.size > mostListed ? moreTerms : [...numbers].join(' ')
}

/** What the container of messages has besides. */
export const fullTextOf = (c: AnyCollection) =>
  c.name === 'Messages'
    ? ({
        policy: {
          defaultLanguage: 'en-US',
          fullTextPaths: [{ path: `/${termsField}`, language: 'en-US' }],
        },
        indexes: [{ path: `/${termsField}` }],
      } satisfies {
        policy: ContainerDefinition['fullTextPolicy']
        indexes: NonNullable<ContainerDefinition['indexingPolicy']>['fullTextIndexes']
      })
    : undefined

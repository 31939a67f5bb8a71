import type { Connection } from './connection.ts'

export type Filter = (connection: Connection) => boolean

export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter'
}

const token = /\s*(?:('(?:[^']|'')*')|([A-Za-z]+)|([()]))/y

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text)
    if (!found) throw new InvalidFilter('not a filter')
    tokens.push(found[0].trim())
  }
  return tokens
}

const maxLength = 2_000
const isText = (word: string): boolean => word.startsWith("'")
const textOf = (word: string): string => word.slice(1, -1).replaceAll("''", "'")

/**
 * The OData that the service knows: `userId` and `connectionId` compared by `eq` and `ne` with a text or `null`,
 * `'name' in groups`, joined by `and`, `or`, `not` and parentheses.
 */
export function parseFilter(text: string): Filter {
  if (text.length > maxLength) throw new InvalidFilter('too long')
  const tokens = tokensOf(text)
  let at = 0
  const next = (): string => {
    const word = tokens[at++]
    if (word === undefined) throw new InvalidFilter('it ends too early')
    return word
  }
  const expect = (word: string) => {
    if (next() !== word) throw new InvalidFilter(`${word} is expected`)
  }

  function either(): Filter {
    let left = both()
    while (tokens[at] === 'or') {
      at++
      const [a, b] = [left, both()]
      left = (connection) => a(connection) || b(connection)
    }
    return left
  }
  function both(): Filter {
    let left = one()
    while (tokens[at] === 'and') {
      at++
      const [a, b] = [left, one()]
      left = (connection) => a(connection) && b(connection)
    }
    return left
  }
  function one(): Filter {
    const word = next()
    if (word === 'not') {
      const inner = one()
      return (connection) => !inner(connection)
    }
    if (word === '(') {
      const inner = either()
      expect(')')
      return inner
    }
    if (isText(word)) {
      expect('in')
      expect('groups')
      const group = textOf(word)
      return ({ groups }) => groups.has(group)
    }
    if (word !== 'userId' && word !== 'connectionId') throw new InvalidFilter('an unknown property')
    const operator = next()
    const literal = next()
    if ((operator !== 'eq' && operator !== 'ne') || !(isText(literal) || literal === 'null'))
      throw new InvalidFilter('only eq and ne, with a text or null')
    const wanted = literal === 'null' ? undefined : textOf(literal)
    return ({ id, userId }) => ((word === 'userId' ? userId : id) === wanted) === (operator === 'eq')
  }

  const filter = either()
  if (at < tokens.length) throw new InvalidFilter('something follows its end')
  return filter
}

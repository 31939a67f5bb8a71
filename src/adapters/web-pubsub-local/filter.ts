import type { Connection } from './connection.ts'

export type Filter = (connection: Connection) => boolean

export class InvalidFilter extends Error {
  override readonly name = 'InvalidFilter'
}

type Value = string | number | boolean | null
/** A part of a filter with the type of what it comes to. `null` compares with everything. */
type Part =
  | {
      readonly type: 'string' | 'number' | 'boolean' | 'null'
      readonly of: (connection: Connection) => Value
    }
  | { readonly type: 'groups'; readonly of: (connection: Connection) => ReadonlySet<string> }

const token = /\s*(?:('(?:[^']|'')*')|([+-]?\d+)|([A-Za-z]+)|([(),]))/y

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
/** Of parentheses and `not`, each of which is a step down the stack. */
const maxDepth = 50

const constant = (value: Value): Part => ({
  type: value === null ? 'null' : (typeof value as 'string' | 'number' | 'boolean'),
  of: () => value,
})

const identifiers: Readonly<Record<string, Part>> = {
  userid: { type: 'string', of: ({ userId }) => userId ?? null },
  connectionid: { type: 'string', of: ({ id }) => id },
  groups: { type: 'groups', of: ({ groups }) => groups },
  null: constant(null),
  true: constant(true),
  false: constant(false),
}

interface FunctionOfText {
  readonly takes: readonly ('string' | 'number')[]
  /** How many of `takes` may be left out at the end. */
  readonly optional?: number
  readonly gives: 'string' | 'number' | 'boolean'
  readonly of: (...given: any[]) => Value
}

/** Of nothing each gives nothing, or false. */
const functions: Readonly<Record<string, FunctionOfText>> = {
  tolower: { takes: ['string'], gives: 'string', of: (text: string) => text.toLowerCase() },
  toupper: { takes: ['string'], gives: 'string', of: (text: string) => text.toUpperCase() },
  trim: { takes: ['string'], gives: 'string', of: (text: string) => text.trim() },
  concat: { takes: ['string', 'string'], gives: 'string', of: (a: string, b: string) => a + b },
  substring: {
    takes: ['string', 'number', 'number'],
    optional: 1,
    gives: 'string',
    of: (text: string, start: number, length?: number) =>
      text.slice(
        Math.max(0, start),
        length === undefined ? undefined : Math.max(0, start) + Math.max(0, length),
      ),
  },
  indexof: { takes: ['string', 'string'], gives: 'number', of: (a: string, b: string) => a.indexOf(b) },
  length: { takes: ['string'], gives: 'number', of: (text: string) => text.length },
  contains: { takes: ['string', 'string'], gives: 'boolean', of: (a: string, b: string) => a.includes(b) },
  startswith: {
    takes: ['string', 'string'],
    gives: 'boolean',
    of: (a: string, b: string) => a.startsWith(b),
  },
  endswith: { takes: ['string', 'string'], gives: 'boolean', of: (a: string, b: string) => a.endsWith(b) },
}

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
}

const truth = (of: Filter): Part => ({ type: 'boolean', of })

function asTruth(part: Part | undefined): Filter {
  if (part?.type !== 'boolean') throw new InvalidFilter('what is true or false is expected')
  return (connection) => part.of(connection) === true
}

function compare(left: Part, operator: string, right: Part): Part {
  if (left.type === 'groups' || right.type === 'groups') throw new InvalidFilter('groups are not compared')
  const isNull = left.type === 'null' || right.type === 'null'
  if (!isNull && left.type !== right.type) throw new InvalidFilter('the types differ')
  if (operator === 'eq') return truth((connection) => left.of(connection) === right.of(connection))
  if (operator === 'ne') return truth((connection) => left.of(connection) !== right.of(connection))
  const order = orders[operator]
  if (!order || (!isNull && left.type !== 'number')) throw new InvalidFilter('only numbers have an order')
  return truth((connection) => {
    const [a, b] = [left.of(connection), right.of(connection)]
    return typeof a === 'number' && typeof b === 'number' && order(a, b)
  })
}

function call(name: string, given: readonly Part[]): Part {
  const [only] = given
  if (name === 'length' && given.length === 1 && only?.type === 'groups')
    return { type: 'number', of: (connection) => only.of(connection).size }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (!known) throw new InvalidFilter('an unknown name')
  const { takes, optional = 0, gives, of } = known
  const isFitting = (part: Part, at: number) => part.type === takes[at] || (part.type === 'null' && at < 2)
  if (given.length > takes.length || given.length < takes.length - optional || !given.every(isFitting))
    throw new InvalidFilter(`${name} takes something else`)
  return {
    type: gives,
    of(connection) {
      const values = given.map((part) => part.of(connection))
      if (values.includes(null)) return gives === 'boolean' ? false : null
      return of(...values)
    },
  }
}

function within(needle: Part, list: readonly Part[]): Part {
  const [only] = list
  if (needle.type === 'groups') throw new InvalidFilter('groups are in nothing')
  if (list.length === 1 && only?.type === 'groups')
    return truth((connection) => only.of(connection).has(String(needle.of(connection))))
  const equals = list.map((part) => asTruth(compare(needle, 'eq', part)))
  return truth((connection) => equals.some((isEqual) => isEqual(connection)))
}

/**
 * The OData that the service documents: `userId`, `connectionId` and `groups`; texts, whole numbers, `true`, `false` and
 * `null`; `eq`, `ne`, `gt`, `ge`, `lt`, `le` and `in`; functions of texts; `not`, which binds tightest, `and`, `or`.
 */
export function parseFilter(text: string): Filter {
  if (text.length > maxLength) throw new InvalidFilter('too long')
  const tokens = tokensOf(text)
  let at = 0
  let depth = 0
  const next = (): string => {
    const word = tokens[at++]
    if (word === undefined) throw new InvalidFilter('it ends too early')
    return word
  }
  const isNext = (word: string): boolean => {
    if (tokens[at] !== word) return false
    at++
    return true
  }

  function either(): Part {
    let left = both()
    while (isNext('or')) {
      const [a, b] = [asTruth(left), asTruth(both())]
      left = truth((connection) => a(connection) || b(connection))
    }
    return left
  }
  function both(): Part {
    let left = comparison()
    while (isNext('and')) {
      const [a, b] = [asTruth(left), asTruth(comparison())]
      left = truth((connection) => a(connection) && b(connection))
    }
    return left
  }
  function comparison(): Part {
    const left = operand()
    if (isNext('in')) return within(left, isNext('(') ? list() : [operand()])
    const operator = tokens[at]
    if (operator !== 'eq' && operator !== 'ne' && !Object.hasOwn(orders, operator ?? '')) return left
    return compare(left, next(), operand())
  }
  /** Behind its opening parenthesis. */
  function list(): Part[] {
    const parts = [either()]
    while (isNext(',')) parts.push(either())
    if (!isNext(')')) throw new InvalidFilter(') is expected')
    return parts
  }
  function operand(): Part {
    if (++depth > maxDepth) throw new InvalidFilter('too deep')
    const part = read(next())
    depth--
    return part
  }
  function read(word: string): Part {
    if (word === 'not') {
      const inner = asTruth(operand())
      return truth((connection) => !inner(connection))
    }
    if (word === '(') {
      const [inner, ...more] = list()
      if (!inner || more.length > 0) throw new InvalidFilter('a list stands behind in')
      return inner
    }
    if (word.startsWith("'")) return constant(word.slice(1, -1).replaceAll("''", "'"))
    if (/^[+-]?\d/.test(word)) return constant(Number(word))
    const name = word.toLowerCase()
    if (isNext('(')) return call(name, list())
    const known = Object.hasOwn(identifiers, name) ? identifiers[name] : undefined
    if (!known) throw new InvalidFilter('an unknown name')
    return known
  }

  const filter = asTruth(either())
  if (at < tokens.length) throw new InvalidFilter('something follows its end')
  return filter
}

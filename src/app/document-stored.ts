import { type ApiDocument, operationsOf } from './document-parts.ts'

const prefix = '#/components/schemas/'

/** The names of schemas that a part of the document leads to, directly. */
function named(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string' && value.startsWith(prefix)) found.add(value.slice(prefix.length))
  else if (typeof value === 'object' && value !== null)
    for (const child of Object.values(value)) named(child, found)
  return found
}

function reachedFrom({ components: { schemas } }: ApiDocument, part: unknown): ReadonlySet<string> {
  const reached = named(part)
  // A set that grows while it is walked: what is added is walked too.
  for (const name of reached) named(schemas[name], reached)
  return reached
}

/** How input is judged, and says nothing of what was stored before the rule was. */
const rulesOfInput = new Set(['pattern', 'minLength', 'maxLength', 'minItems', 'maxItems'])

const none: ReadonlySet<string> = new Set()

/** With other schemas by name, without a ban on other fields, and without these rules. */
function changed(value: unknown, nameIn: ReadonlyMap<string, string>, dropped: ReadonlySet<string>): unknown {
  if (typeof value === 'string' && value.startsWith(prefix)) {
    const other = nameIn.get(value.slice(prefix.length))
    return other === undefined ? value : prefix + other
  }
  if (Array.isArray(value)) return value.map((child) => changed(child, nameIn, dropped))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, child]) =>
          !(dropped.has(key) && typeof child !== 'object') &&
          !(key === 'additionalProperties' && child === false),
      )
      .map(([key, child]) => [key, changed(child, nameIn, dropped)]),
  )
}

/**
 * What was sent comes back as it was stored: with what was added to it, and as older rules let it in. Where an answer holds the
 * schema of a request that forbids other fields, it gets one of its own that does not.
 */
export function loosenAnswers(document: ApiDocument): void {
  const { schemas } = document.components
  const operations = operationsOf(document).map(({ operation }) => operation)
  const inRequests = reachedFrom(
    document,
    operations.map(({ parameters, requestBody }) => [parameters, requestBody]),
  )
  const inAnswers = reachedFrom(
    document,
    operations.map(({ responses }) => responses),
  )
  const isStrict = (name: string): boolean =>
    [name, ...reachedFrom(document, schemas[name])].some((each) =>
      JSON.stringify(schemas[each]).includes('"additionalProperties":false'),
    )
  const both = [...inAnswers].filter((name) => inRequests.has(name) && isStrict(name))
  const nameIn = new Map(both.map((name) => [name, `Stored${name}`]))
  for (const [name, other] of nameIn)
    schemas[other] = changed(schemas[name], nameIn, rulesOfInput) as (typeof schemas)[string]
  for (const name of inAnswers)
    if (!inRequests.has(name))
      schemas[name] = changed(schemas[name], nameIn, none) as (typeof schemas)[string]
  for (const operation of operations)
    operation.responses = changed(operation.responses, nameIn, none) as typeof operation.responses
}

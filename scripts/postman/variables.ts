import { type ApiDocument, type Described, nameOf, rolesOf, type Schema } from '../api-reference/document.ts'

/* What one answer says and a later request needs. */

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const singular = (segment: string): string =>
  segment
    .replace(/ies$/, 'y')
    .replace(/s$/, '')
    .replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Names that say nothing without what stands before them. */
const needsContext = ['id', 'token', 'code', 'name']

/** For administrators and mentors alone. */
export const isForStaff = ({ operation }: Described): boolean => {
  const roles = rolesOf(operation)
  return roles.length > 0 && !roles.includes('user')
}

const isWriting = (described: Described): boolean =>
  isForStaff(described) && /^\/api\/v1\/courses(?:\/|$)/.test(described.path)

/** What people take and what authors write are different courses: a draft is no place to enroll in. */
const inContext = (described: Described, name: string): string =>
  isWriting(described) && /^(?:course|lesson|module)Id$/.test(name) ? `written${capitalized(name)}` : name

/** The variable that stands for a part of a path: `{id}` below `courses` is `courseId`. */
export function variableOf(described: Described, parameter: string): string {
  const before = described.path.slice(0, described.path.indexOf(`{${parameter}}`))
  const segments = before.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'))
  const name = needsContext.includes(parameter)
    ? singular(segments.at(-1) ?? '') + capitalized(parameter)
    : parameter
  return inContext(described, name)
}

/** What bodies and headers hold of earlier answers, by the name it has there. */
export const fields: Readonly<Record<string, string>> = {
  participantIds: 'userId',
  userIds: 'userId',
  courseIds: 'courseId',
  courseId: 'courseId',
  fileId: 'fileId',
  challengeToken: 'challengeToken',
  'x-receipt-code': 'receiptCode',
  receiptCode: 'receiptCode',
  trackingNumber: 'trackingNumber',
  userId: 'userId',
}

const resolved = (schema: Schema | undefined, { components }: ApiDocument): Schema => {
  let found = schema ?? {}
  while (found.$ref) found = components.schemas[nameOf(found.$ref)] ?? {}
  return found
}

export interface Remembered {
  readonly variable: string
  /** Where it is in the body of the answer. */
  readonly at: readonly (string | number)[]
  /** What was just made replaces what was known; what a list happens to begin with does not. */
  readonly replaces: boolean
}

/** What the answer to this operation tells that others ask for. `known` are the variables of the collection. */
export function rememberedFrom(
  described: Described,
  known: ReadonlySet<string>,
  document: ApiDocument,
): readonly Remembered[] {
  const { method, path, operation } = described
  const last = path.split('/').at(-1) ?? ''
  const isCollection = !last.startsWith('{')
  const own = inContext(described, `${singular(last)}Id`)
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('20'))
  const schema = resolved(success?.[1].content?.['application/json']?.schema, document)
  const { properties = {} } = schema
  const found: Remembered[] = []
  if (isCollection && method === 'POST' && properties['id'] && known.has(own))
    found.push({ variable: own, at: ['id'], replaces: true })
  const item = resolved(resolved(properties['items'], document).items, document)
  if (isCollection && method === 'GET' && item.properties?.['id'] && known.has(own))
    found.push({ variable: own, at: ['items', 0, 'id'], replaces: false })
  // A token that takes the place of the one that was sent.
  if (rolesOf(operation).length > 0 && properties['accessToken'])
    found.push({
      variable: isForStaff(described) ? 'adminToken' : 'token',
      at: ['accessToken'],
      replaces: true,
    })
  if (method === 'POST')
    for (const name of Object.keys(properties))
      if (known.has(name) && name !== 'userId' && Object.values(fields).includes(name))
        found.push({ variable: name, at: [name], replaces: true })
  return found
}

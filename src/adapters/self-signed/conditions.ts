import type { BlobFacts } from '../../ports/blobs.ts'
import { etagOf } from './answers.ts'

const tagsOf = (header: string) => header.split(',').map((tag) => tag.trim())
/** In whole seconds, as headers have them. */
const secondsOf = (date: string) => Math.floor(Date.parse(date) / 1000)

/** What the conditions of a request make of it (RFC 9110, 13.2.2): null when it is to be answered. */
export function judgeConditions(headers: Headers, facts: BlobFacts): 304 | 412 | null {
  const etag = etagOf(facts)
  const changed = secondsOf(facts.createdAt)
  const ask = (name: string) => headers.get(name)
  const [match, unmodified] = [ask('if-match'), ask('if-unmodified-since')]
  if (match !== null) {
    if (!tagsOf(match).some((tag) => tag === '*' || tag === etag)) return 412
  } else if (unmodified !== null && changed > secondsOf(unmodified)) return 412
  const [noneMatch, modified] = [ask('if-none-match'), ask('if-modified-since')]
  if (noneMatch !== null)
    return tagsOf(noneMatch).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag) ? 304 : null
  return modified !== null && changed <= secondsOf(modified) ? 304 : null
}

/** The range that counts: `x-ms-range` before `Range`, and none where `If-Range` is about another version. */
export function rangeOf(headers: Headers, facts: BlobFacts): string | null {
  const precondition = headers.get('if-range')
  const isSame =
    precondition === null ||
    precondition === etagOf(facts) ||
    (!/["/]/.test(precondition) && secondsOf(precondition) === secondsOf(facts.createdAt))
  return isSame ? (headers.get('x-ms-range') ?? headers.get('range')) : null
}

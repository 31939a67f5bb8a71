import type { Blocks } from '../../ports/blob-bytes.ts'
import type { SentBlock } from '../../ports/blobs.ts'

const maxIdBytes = 64

/** Null for an id that can be used, otherwise the code with which it is refused. */
export function faultOfBlockId(id: string): string | null {
  if (id === '' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(id))
    return 'InvalidQueryParameterValue'
  const bytes = atob(id)
  // One way of writing each: with other bits in the padding it would be another name for the same block.
  if (btoa(bytes) !== id) return 'InvalidQueryParameterValue'
  return bytes.length > maxIdBytes ? 'OutOfRangeInput' : null
}

export interface ListedBlock {
  readonly from: 'Committed' | 'Uncommitted' | 'Latest'
  readonly id: string
}

const spaceOrComment = String.raw`(?:\s|<!--(?:[^-]|-[^-])*-->)*`
const head = new RegExp(String.raw`^\uFEFF?${spaceOrComment}(?:<\?xml\s[^?<>]*\?>)?${spaceOrComment}`)
const opening = /<BlockList(?:\s+xmlns(?::\w+)?\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>/y
const entry = new RegExp(
  String.raw`${spaceOrComment}<(Committed|Uncommitted|Latest)\s*>\s*([A-Za-z0-9+/=]+)\s*</\1\s*>`,
  'y',
)
const closing = new RegExp(String.raw`${spaceOrComment}</BlockList\s*>${spaceOrComment}$`, 'y')
const end = new RegExp(`${spaceOrComment}$`, 'y')

/**
 * The blocks that a request names, in their order; null for what is no such document. Only what a list consists of is
 * read: no entities, no types of documents, nothing beside the three elements.
 */
export function readBlockList(text: string): readonly ListedBlock[] | null {
  let at = head.exec(text)?.[0].length ?? 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at = pattern.lastIndex
    return found
  }
  const start = take(opening)
  if (!start) return null
  const listed: ListedBlock[] = []
  if (start[1] === '') {
    for (let found = take(entry); found; found = take(entry))
      listed.push({ from: found[1] as ListedBlock['from'], id: found[2] ?? '' })
    return take(closing) ? listed : null
  }
  return take(end) ? listed : null
}

const elementsOf = (blocks: readonly SentBlock[]) =>
  blocks.map(({ id, size }) => `<Block><Name>${id}</Name><Size>${size}</Size></Block>`).join('')

/** What `Get Block List` answers for one `blocklisttype`; undefined for one that is none. */
export function writeBlockList({ staged, committed }: Blocks, type: string): string | undefined {
  const parts = {
    committed: `<CommittedBlocks>${elementsOf(committed ?? [])}</CommittedBlocks>`,
    uncommitted: `<UncommittedBlocks>${elementsOf(staged)}</UncommittedBlocks>`,
  }
  const chosen = { ...parts, all: parts.committed + parts.uncommitted }[type]
  return chosen && `<?xml version="1.0" encoding="utf-8"?><BlockList>${chosen}</BlockList>`
}

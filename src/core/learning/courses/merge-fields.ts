import { encodeBase64url } from '../../../ports/base64url.ts'
import { sha256 } from '../../../ports/sha256.ts'
import type { Said, Sayings } from './import-memory.model.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The same text for the same value, in whatever order a store keeps its fields. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'null'

const digestOf = async (value: unknown): Promise<string> =>
  encodeBase64url((await sha256(canonical(value))).subarray(0, 16))

const saidOf = (value: unknown): Promise<Said> =>
  Array.isArray(value) ? Promise.all(value.map(digestOf)) : digestOf(value)

export const sayingsOf = async (fields: Fields): Promise<Sayings> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(fields).map(async ([field, value]) => [field, await saidOf(value)] as const),
    ),
  )

export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)

interface Side {
  readonly value: unknown
  readonly said: Said
}

/** What the file took out of a list goes, what it put into it comes, and all else stays where it is. */
function mergeLists(said: Said, given: Side, current: Side): readonly unknown[] | null {
  if (!Array.isArray(said) || !Array.isArray(given.value) || !Array.isArray(current.value)) return null
  const [before, after, now] = [new Set(said), new Set(given.said), new Set(current.said)]
  return [
    ...current.value.filter((_, i) => {
      const digest = current.said[i] ?? ''
      return !before.has(digest) || after.has(digest)
    }),
    ...given.value.filter((_, i) => {
      const digest = given.said[i] ?? ''
      return !before.has(digest) && !now.has(digest)
    }),
  ]
}

export interface MergedFields {
  /** To be written. */
  readonly changes: Fields
  /** Changed in the file and here, in two ways: as they are here. */
  readonly kept: readonly string[]
  /** What the file has said by now. */
  readonly says: Sayings
}

/**
 * Three sides of each field that the file names: what the last import said, what this one says, what is there. What
 * the file says as before is left as it is, whoever changed it. `defaults` is what a field is that no import named;
 * `fits` is asked of a list made of both.
 */
export async function mergeFields(
  { said, given, current }: { readonly said: Sayings; readonly given: Fields; readonly current: Fields },
  {
    defaults,
    fits,
    isOverwriting,
  }: {
    readonly defaults: Fields
    readonly fits: (field: string, value: unknown) => boolean
    readonly isOverwriting: boolean
  },
): Promise<MergedFields> {
  const changes: Record<string, unknown> = {}
  const kept: string[] = []
  const says: Record<string, Said> = { ...said }
  const take = (field: string, value: unknown, saying: Said) => {
    changes[field] = value
    says[field] = saying
  }
  for (const [field, value] of Object.entries(given)) {
    const there = current[field] === undefined ? defaults[field] : current[field]
    const mine: Side = { value, said: await saidOf(value) }
    const theirs: Side = { value: there, said: await saidOf(there) }
    const before = said[field] ?? (field in defaults ? await saidOf(defaults[field]) : undefined)
    if (isSame(mine.said, theirs.said)) says[field] = mine.said
    else if (isOverwriting && !isSame(before, mine.said)) take(field, value, mine.said)
    else if (isSame(before, mine.said)) continue
    else if (isSame(before, theirs.said)) take(field, value, mine.said)
    else {
      const merged = before === undefined ? null : mergeLists(before, mine, theirs)
      if (merged === null || !fits(field, merged)) kept.push(field)
      else if (isSame(merged, there)) says[field] = mine.said
      else take(field, merged, mine.said)
    }
  }
  return { changes, kept, says }
}

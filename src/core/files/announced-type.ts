import { endingIn, isOtherEnding, kindOf, type MediaType, typeNamed, typesEnding } from './media-types.ts'

/** Pages, scripts and programs say so: what calls itself one of them is not looked at further. */
const active =
  /html|(?:^|[/+])xml$|svg|script|^text\/css$|macroenabled|^application\/x-ms(?:download|dos|i)|executable|x-sh$|x-httpd|php|java|flash/

export type Announced =
  | { readonly type: MediaType }
  | { readonly refused: 'type_not_allowed' | 'ending_mismatch' }

/**
 * What a file is expected to be, of the types that are taken. What the browser calls it is a hint, and its ending is another; where
 * one says nothing (no type, `application/octet-stream`, a name without an ending, one that no table has) the other decides.
 * The bytes have the last word.
 */
export function announcedType(fileName: string, said: string, allowed: readonly MediaType[]): Announced {
  if (active.test(said)) return { refused: 'type_not_allowed' }
  const ending = endingIn(fileName)
  const named = typeNamed(said)
  const byEnding = typesEnding(ending)
  if (byEnding.length === 0) {
    if (named === null || !allowed.includes(named)) return { refused: 'type_not_allowed' }
    return isOtherEnding(ending) ? { refused: 'ending_mismatch' } : { type: named }
  }
  // A table is plain text to many systems; the ending knows better.
  const isPlainText = named === 'text/plain' && byEnding[0] === 'text/csv'
  const candidates = named === null || isPlainText ? byEnding : [named, ...byEnding]
  const type = candidates.find((each) => allowed.includes(each))
  if (type === undefined) return { refused: 'type_not_allowed' }
  const isOneKind = named === null || byEnding.some((each) => kindOf(each) === kindOf(named))
  // One office program's file is not another's.
  const isOneOffice = named === null || kindOf(named) !== 'office' || byEnding.includes(named)
  return isOneKind && isOneOffice ? { type } : { refused: 'ending_mismatch' }
}

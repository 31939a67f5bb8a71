import { createRequire } from 'node:module'

/*
 * What the index of the service knows of lists, for the stand-in: each element at a path such as `/words/[]/?` is in it. Then
 * `ARRAY_CONTAINS` is a seek, and `STARTSWITH` of an element a scan of exactly the values that begin so. Where the policy does not
 * have a path that a condition asks about, each document that the rest leaves has to be loaded.
 */

const require = createRequire(import.meta.url)
const library = require('@zeit/cosmosdb-query')
const parse = library.default
/** By its text: the library is slow at reading a question. */
const parsed = new Map<string, any>()
const queryOf = (text: string) => {
  const known = parsed.get(text) ?? parse(text)
  if (parsed.size < 1_000) parsed.set(text, known)
  return known
}
library.default = queryOf

interface Policy {
  readonly includedPaths?: readonly { readonly path: string }[]
}
const pathsOf = (policy: Policy | undefined): readonly string[] =>
  (policy?.includedPaths ?? []).map(({ path }) => path)

/** What stands between the ANDs of the outermost level. */
function conjunctsOf(conditions: string): readonly string[] {
  const parts = ['']
  let depth = 0
  for (const piece of conditions.split(/(\(|\)| AND )/)) {
    if (piece === '(') depth++
    if (piece === ')') depth--
    if (piece === ' AND ' && depth === 0) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts.map((part) => part.trim())
}

const ofLists = /\b(?:EXISTS|ARRAY_CONTAINS)\s*\(/

/** Those of `rows` that the index names by what is asked of lists, and how often it was looked into for that. */
export function namedByIndex(spec: any, rows: readonly any[], policy: Policy | undefined) {
  const [, conditions = ''] = /WHERE (.*) ORDER BY/.exec(String(spec.query)) ?? []
  const included = pathsOf(policy)
  const served = conjunctsOf(conditions).filter((each) => {
    if (!ofLists.test(each)) return false
    const lists = [...each.matchAll(/(?:IN|ARRAY_CONTAINS\() ?c\.(\w+)/g)].map(([, name]) => `/${name}/[]/?`)
    const fields = [...each.matchAll(/IS_DEFINED\(c\.(\w+)\)/g)].map(([, name]) => `/${name}/?`)
    return [...lists, ...fields].every((path) => included.includes(path))
  })
  if (served.length === 0) return { named: rows, lookups: 0 }
  const { result } = queryOf(`SELECT * FROM c WHERE ${served.join(' AND ')}`).exec([...rows], {
    parameters: spec.parameters,
  })
  const rids = new Set(result.map(({ _rid }: any) => _rid))
  return {
    named: rows.filter(({ _rid }) => rids.has(_rid)),
    lookups: served.join().match(/\b(?:STARTSWITH|ARRAY_CONTAINS|IS_DEFINED)\(/g)?.length ?? 0,
  }
}

/** How many elements of lists a write puts into the index, and takes out of it. */
export function elementsWritten(policy: Policy | undefined, before: any, after: any): number {
  const lists = pathsOf(policy).flatMap((path) => /^\/(\w+)\/\[\]\/\?$/.exec(path)?.[1] ?? [])
  return lists.reduce((sum, name) => {
    const [had, has] = [new Set<unknown>(before?.[name]), new Set<unknown>(after?.[name])]
    const isInOne = (each: unknown) => had.has(each) !== has.has(each)
    return sum + [...new Set([...had, ...has])].filter(isInOne).length
  }, 0)
}

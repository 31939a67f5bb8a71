import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import compat from '@mdn/browser-compat-data' with { type: 'json' }
import { afterAll, beforeAll, expect, test } from 'vitest'
import { floor } from '../../pages/floor.ts'
import { buildPages, builtPages } from '../../scripts/build-pages.ts'

/*
 * Whether the pages run in the oldest browsers that they are for. What is written in the built files is looked up, by its
 * name, in MDN's tables of what came when. Syntax is esbuild's: it writes newer syntax the older way.
 */

const directory = mkdtempSync(join(tmpdir(), 'floor-'))
const built = (page: string, ending: string): string =>
  readdirSync(join(directory, page))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(directory, page, name), 'utf8'))
    .join('\n')
beforeAll(() => buildPages(directory), 60_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Support = {
  version_added?: string | false | 'preview'
  prefix?: string
  flags?: unknown
  partial_implementation?: true
}
interface Node {
  readonly [name: string]: Node
}
const compatOf = (node: Node) =>
  (node as { __compat?: { support: Record<string, Support | Support[]> } }).__compat

const isNewer = (version: string, than: string): boolean => {
  const [a = 0, b = 0] = version.replace('≤', '').split('.').map(Number)
  const [c = 0, d = 0] = than.split('.').map(Number)
  return a > c || (a === c && b > d)
}
/** In every browser of the floor, without a prefix or a flag. */
const isThere = (node: Node): boolean =>
  Object.entries(floor).every(([browser, oldest]) =>
    [compatOf(node)?.support[browser] ?? []].flat().some(({ version_added: since, prefix, flags }) => {
      const isPlain = prefix === undefined && flags === undefined
      return isPlain && typeof since === 'string' && since !== 'preview' && !isNewer(since, oldest)
    }),
  )

/** Every entry below these parts of the tables, by its last name. */
function byName(...roots: readonly (Node | undefined)[]): Map<string, Node[]> {
  const found = new Map<string, Node[]>()
  const walk = (node: Node): void => {
    for (const [name, each] of Object.entries(node)) {
      if (name === '__compat' || typeof each !== 'object') continue
      const known = name.replace(/_static$/, '')
      if (compatOf(each)) found.set(known, [...(found.get(known) ?? []), each])
      walk(each)
    }
  }
  for (const root of roots) if (root) walk(root)
  return found
}
const css = compat.css as unknown as Node
const tables = {
  properties: byName(css['properties']),
  rules: byName(css['at-rules']),
  selectors: byName(css['selectors']),
  functions: byName(css['types'], css['properties']),
  scripts: byName((compat.javascript as unknown as Node)['builtins'], compat.api as unknown as Node),
}

/** Names that are known, and of which none of that name is old enough. */
const tooNew = (names: Iterable<string>, table: Map<string, Node[]>): readonly string[] =>
  [...new Set(names)].filter((name) => {
    const entries = table.get(name)
    return entries !== undefined && !entries.some(isThere)
  })
const all = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name)

function newInStyles(text: string): readonly string[] {
  const values = text.replace(/"[^"]*"/g, '')
  return [
    ...tooNew(all(values, /[{;]\s*([a-z][\w-]*)\s*:/g), tables.properties),
    ...tooNew(all(values, /@([a-z-]+)/g), tables.rules),
    ...tooNew(all(values, /:([a-z-]+)(?=[^{}]*\{)/g), tables.selectors),
    ...tooNew(all(values, /[\s:,(]([a-z][a-z-]*)\(/g), tables.functions),
  ]
}
const newInScripts = (text: string): readonly string[] =>
  tooNew([...all(text, /\.([a-zA-Z]\w*)\(/g), ...all(text, /\bnew ([A-Z]\w+)\b/g)], tables.scripts)

test('the tables notice what is too new', () => {
  const styles =
    'a{color:light-dark(red,blue);field-sizing:content;width:calc(1px + 2px)}a:has(b){color:color-mix(in srgb,red,blue)}@starting-style{a{top:1px}}'
  expect(newInStyles(styles).toSorted()).toEqual([
    'color-mix',
    'field-sizing',
    'has',
    'light-dark',
    'starting-style',
  ])
  expect(newInScripts('a.toSorted();Promise.withResolvers();b.map(c);Object.groupBy(d)').toSorted()).toEqual([
    'groupBy',
    'toSorted',
    'withResolvers',
  ])
})

/** Left out where they are not known, and nothing is missed. */
const harmless = ['overflow-anchor', 'resize', 'text-size-adjust']

test.each(builtPages)('styles of the %s page', (page) => {
  expect(newInStyles(built(page, '.css')).filter((name) => !harmless.includes(name))).toEqual([])
})

/** Preact looks for the first before it uses it; the others are names of our own and of the socket client. */
const known = ['moveBefore', 'forget', 'info', 'isVisible']
/** Methods of `unified` and `uplot`, and functions in their objects, which browsers have under the same names elsewhere. */
const named = ['handle', 'run', 'use', 'destroy', 'clamp', 'auto', 'range', 'space']
/** Of notifications, which no web view of Android has: asked for only where the browser says that it can. */
const lookedFor = ['getSubscription', 'unsubscribe', 'showNotification', 'subscribe']

test.each(builtPages)('scripts of the %s page', (page) => {
  expect(
    newInScripts(built(page, '.js')).filter((name) => ![...known, ...named, ...lookedFor].includes(name)),
  ).toEqual([])
})

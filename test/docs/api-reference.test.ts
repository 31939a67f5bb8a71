import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ApiDocument,
  currentDocument,
  type Described,
  exampleOf,
  operationsOf,
  readDocument,
} from '../../scripts/api-reference/document.ts'
import { whoCalls } from '../../scripts/api-reference/operations.ts'
import { rulesOf } from '../../scripts/api-reference/schemas.ts'
import { anchorsOf, codeBlocks, filesBelow, read } from './pages.ts'

/* The written reference, as somebody reads it who has nothing else. */

const document: ApiDocument = await currentDocument()
const operations = operationsOf(document)
const titleOf = ({ method, path }: Described) => `${method} ${path}`

const pageOf = ({ operation }: Described) => read(`docs/api-reference/${operation.tags[0].toLowerCase()}.md`)

const sectionOf = (described: Described): string =>
  pageOf(described)
    .split(`\n### ${titleOf(described)}\n`)[1]
    ?.split(/\n##+ /)[0] ?? ''

test('each chapter has a page, on which its operations follow each other as in the document', () => {
  const chapters = document.tags.map(({ name }) => ({
    name,
    titles: operations.filter(({ operation }) => operation.tags[0] === name).map(titleOf),
  }))
  expect(chapters.flatMap(({ titles }) => titles)).toHaveLength(operations.length)
  for (const { name, titles } of chapters) {
    const text = read(`docs/api-reference/${name.toLowerCase()}.md`)
    const described = [...text.matchAll(/^### ((?:GET|POST|PUT|PATCH|DELETE|OPTIONS) .*)$/gm)]
    expect(described.map(([, title]) => title)).toEqual(titles)
  }
  const order = [...read('docs/api-reference.md').matchAll(/^## (.*)$/gm)].map(([, name]) => name)
  expect(order).toEqual(['Errors', ...document.tags.map(({ name }) => name)])
})

test('each schema is described once, on the page of its one chapter or on that of all', () => {
  const headings = filesBelow('docs/api-reference', '.md').flatMap((page) => anchorsOf(read(page)))
  for (const name of Object.keys(document.components.schemas))
    expect(
      headings.filter((heading) => heading === name.toLowerCase()),
      name,
    ).toHaveLength(1)
})

describe.each(operations.map((described) => ({ title: titleOf(described), described })))(
  '$title',
  ({ described }) => {
    const { operation } = described

    test('says who may call it, and what else that takes', () => {
      const [, who = ''] = /^- Who: (.*)$/m.exec(sectionOf(described)) ?? []
      expect(who.split(', ')).toEqual(expect.arrayContaining(whoCalls(operation).split(', ')))
      for (const role of operation['x-roles'] ?? [])
        if (operation['x-roles']?.length !== 4 && role !== 'user')
          expect(who).toMatch(
            { admin: /administrators|signed in/, mentor: /mentors|signed in/, guest: /guests/ }[role]!,
          )
      expect(who.includes('step-up')).toBe(operation['x-step-up'] === true)
      expect(who.includes('confirmed address')).toBe(operation['x-verified-email'] === true)
    })

    test('is shown once as it is typed, and its answer once for each status that has an example', () => {
      const section = sectionOf(described)
      expect(codeBlocks(section, 'sh')).toHaveLength(1)
      const examples = Object.entries(operation.responses)
        .filter(([status]) => Number(status) < 400)
        .map(([, { content }]) => content?.['application/json'])
        .flatMap((media) => (media && exampleOf(media) !== undefined ? [exampleOf(media)] : []))
      const shown = codeBlocks(section, 'json').map((block) => JSON.parse(block))
      for (const example of examples) expect(shown).toContainEqual(example)
    })
  },
)

describe('what is to be typed', () => {
  /** What a shell hands to curl, for each of them in turn. */
  let typed: readonly (readonly string[])[]
  beforeAll(() => {
    const script = operations.flatMap((described) => codeBlocks(sectionOf(described), 'sh')).join('\n')
    const output = execFileSync(
      'sh',
      ['-euc', `curl() { printf '%s\\0' "$@"; printf '\\1\\0'; }\n${script}`],
      {
        encoding: 'utf8',
        env: { api: 'http://localhost', token: 'TOKEN' },
      },
    )
    typed = output
      .split('\u0001\0')
      .slice(0, -1)
      .map((call) => call.split('\0').slice(0, -1))
  })

  test('is what a shell takes it for: the method, the address, the token and the body', () => {
    expect(typed).toHaveLength(operations.length)
    for (const [index, described] of operations.entries()) {
      const { method, path, operation } = described
      const given = typed[index] ?? []
      const after = (option: string) => given.flatMap((each, at) => (given[at - 1] === option ? [each] : []))
      const url = new URL(given.find((each) => each.startsWith('http')) ?? '')
      expect(after('-X')[0] ?? 'GET').toBe(method)
      expect(url.pathname).toMatch(
        new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/{}]+')}$`),
      )
      expect(after('-H').includes('Authorization: Bearer TOKEN')).toBe(operation['x-access'] !== 'public')
      for (const { name, in: place, required } of operation.parameters ?? [])
        if (required && place === 'query') expect(url.searchParams.get(name), titleOf(described)).toBeTruthy()
      const media = Object.values(operation.requestBody?.content ?? {})[0]
      if (media) expect(JSON.parse(after('-d')[0] ?? '')).toEqual(exampleOf(media))
    }
  })
})

test('a bound is not said twice', () => {
  expect(rulesOf({ description: '1 to 100 characters.', minLength: 1, maxLength: 100 })).toBe(
    '1 to 100 characters.',
  )
  expect(rulesOf({ description: 'Up to 16,000 characters.', maxLength: 16_000 })).toBe(
    'Up to 16,000 characters.',
  )
  expect(rulesOf({ description: 'One of 1000.', maxLength: 100 })).toBe('One of 1000. At most 100 long.')
})

test('what the document keeps in one place is shown where it is used', () => {
  const { paths } = readDocument({
    paths: { '/': { get: { responses: { 404: { $ref: '#/components/responses/Gone' } } } } },
    components: {
      responses: {
        Gone: { description: 'It is gone.', headers: { 'X-A': { $ref: '#/components/headers/A' } } },
      },
      headers: { A: { schema: { $ref: '#/components/schemas/A' } } },
    },
  })
  expect(paths['/']?.['get']?.responses['404']).toEqual({
    description: 'It is gone.',
    headers: { 'X-A': { schema: { $ref: '#/components/schemas/A' } } },
  })
})

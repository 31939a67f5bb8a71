import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTestApp } from '../app.ts'
import { requirements } from './asvs-5.0.0.ts'
import { anchorsOf, read, root } from './pages.ts'

const page = 'docs/security.md'

interface Row {
  readonly id: string
  readonly level: string
  readonly state: string
  readonly by: string
}

const section = read(page).split('\n## ASVS 5.0, level 2\n')[1]?.split('\n## ')[0] ?? ''
const rows: readonly Row[] = section
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [id = '', level = '', , state = '', by = ''] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    return { id, level, state, by }
  })

/** A file, and the tests in it that are named after it. */
interface Evidence {
  readonly file: string
  readonly tests: readonly string[]
}

function evidenceIn(text: string): readonly Evidence[] {
  const found: { file: string; tests: string[] }[] = []
  for (const [, code, title] of text.matchAll(/`([^`]+)`|“([^”]+)”/g)) {
    // Of what stands in backticks, files have a folder before them or an ending behind.
    if (code !== undefined && /^[\w.-]+\/[\w./-]+$|^\.?[\w-]+\.json$|^\.dockerignore$/.test(code))
      found.push({ file: code, tests: [] })
    if (title !== undefined) found.at(-1)?.tests.push(title)
  }
  return found
}

test('the table of ways in has every operation that signs somebody in, and no other', async () => {
  const table = read(page).split('\n## Ways in\n')[1]?.split('\n## ')[0] ?? ''
  const named = [...table.matchAll(/^\|[^|]+\|([^|]+)\|/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
    .filter((name) => name !== 'Authorization')
  const { paths } = (await createTestApp()).describe() as unknown as {
    paths: Record<string, Record<string, { operationId: string; 'x-signs-in'?: true }>>
  }
  const signing = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter((operation) => operation['x-signs-in'])
    .map(({ operationId }) => operationId)
  // Whoever is a guest already signs in by staying: no operation for those who are signed in nowhere.
  expect([...new Set(named)].toSorted()).toEqual([...signing, 'upgradeGuest'].toSorted())
})

describe('the ASVS table', () => {
  test('has each requirement of levels 1 and 2 once, with its level, in the order of the standard', () => {
    expect(requirements.size).toBe(253)
    const byNumber = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
    expect(rows.map(({ id }) => id)).toEqual([...requirements.keys()].toSorted(byNumber))
    for (const { id, level } of rows) expect(level, id).toBe(String(requirements.get(id)))
  })

  test('says of each that it is met, a deviation, or not applicable; and of the latter why', () => {
    for (const { id, state, by } of rows) {
      expect(['met', 'deviation', 'not applicable'], id).toContain(state)
      if (state !== 'met') expect(by.length, id).toBeGreaterThan(10)
    }
  })

  test.each(rows.filter(({ state }) => state === 'met'))(
    '$id is met by something that there is',
    ({ by }) => {
      const sections = [...by.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
      for (const anchor of sections) expect(anchorsOf(read(page))).toContain(anchor)
      expect(sections.length + evidenceIn(by).length).toBeGreaterThan(0)
    },
  )

  test.each(rows)('$id names files and tests that there are', ({ by }) => {
    for (const { file, tests } of evidenceIn(by)) {
      expect(existsSync(join(root, file)), file).toBe(true)
      if (tests.length === 0) continue
      expect(file).toMatch(/\.(?:test|contract)\.ts$/)
      const text = read(file).replaceAll("\\'", "'")
      for (const title of tests)
        expect(
          ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}`)),
          title,
        ).toBe(true)
    }
  })
})

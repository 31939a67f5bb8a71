import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { anchorsOf, filesBelow, linksOf, pages, read, root, writtenPages } from './pages.ts'

const map = 'docs/README.md'

test.each(pages)('every link within the project leads somewhere: %s', (page) => {
  const broken = linksOf(page).filter(({ path, anchor }) => {
    if (!existsSync(join(root, path))) return true
    return anchor !== undefined && !anchorsOf(read(path)).includes(anchor)
  })
  expect(broken.map(({ target }) => target)).toEqual([])
})

test('the map has one line for each page, and none twice', () => {
  const mapped = [...read(map).matchAll(/^- \[[^\]]+\]\(([^)]+)\): \S/gm)].map(([, target = '']) => target)
  const belowDocs = mapped.filter((target) => !target.startsWith('../')).map((target) => join('docs', target))
  const expected = filesBelow('docs', '.md').filter((page) => page !== map && !page.startsWith('docs/adr/'))
  expect(belowDocs.toSorted()).toEqual(expected.toSorted())
})

test('every file in docs is reached from the map', () => {
  const reached = new Set([map])
  for (const page of reached) {
    if (!page.endsWith('.md')) continue
    for (const { path } of linksOf(page)) reached.add(path)
  }
  const unreached = filesBelow('docs', '').filter(
    (file) => !reached.has(file) && !reached.has(file.slice(0, file.lastIndexOf('/'))),
  )
  expect(unreached).toEqual([])
})

test('each decision is listed in the architecture', () => {
  const listed = linksOf('docs/architecture.md').map(({ path }) => path)
  expect(listed).toEqual(expect.arrayContaining([...filesBelow('docs/adr', '.md')]))
})

test('the README fits on a few screens', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200)
})

test.each(writtenPages)('nothing is numbered by the plan of its making: %s', (page) => {
  expect(read(page)).not.toMatch(/\bphases? \d/i)
})

test('each page says when it was last compared with the code', () => {
  const held = ['docs/architecture.md', 'docs/database-schema.md', map]
  const dated = writtenPages.filter((page) => page.startsWith('docs/') && !held.includes(page))
  expect(dated.length).toBeGreaterThan(10)
  for (const page of dated)
    expect(read(page), page).toMatch(/^Checked against the code on \d{4}-\d{2}-\d{2}\.$/m)
})

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildServer } from '../../scripts/build.ts'
import { buildPages } from '../../scripts/build-pages.ts'
import { packageFolders, readPackage } from '../../scripts/third-party-licenses.ts'
import { createPageAssets } from '../../src/adapters/pages/assets.ts'
import { createTestApp } from '../app.ts'

const directory = mkdtempSync(join(tmpdir(), 'licenses-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('what is deployed', () => {
  let metafile: Metafile
  let texts: string

  beforeAll(async () => {
    metafile = await buildServer(directory)
    texts = readFileSync(join(directory, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  }, 60_000)

  test('brings our own license', () => {
    expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toContain('MIT License')
  })

  test('brings the license of every package of which something was bundled', () => {
    const folders = packageFolders(metafile)
    expect(folders.length).toBeGreaterThan(100)
    for (const { name, version, license, texts: own } of folders.map(readPackage)) {
      expect(texts).toContain(`\n${name} ${version} (${license})\n`)
      for (const text of own) {
        expect(text, name).toMatch(/permi(?:t|ss)|licen[cs]e|copyright/i)
        expect(texts, name).toContain(text)
      }
    }
  })

  test('brings notices as well, and a whole text where a package has none', () => {
    const sectionOf = (name: string) => texts.split(`\n${name} `)[1]?.split('\n-----')[1]
    expect(sectionOf('apache-arrow')).toMatch(/Apache License[\s\S]*Apache Arrow JavaScript\nCopyright/)
    for (const name of ['semaphore', 'saxes'])
      expect(sectionOf(name)).toMatch(/Copyright \(c\) (?:the authors of semaphore|Louis)[\s\S]*AS IS/)
    expect(texts).not.toMatch(/<year>|<copyright holders>/)
  })

  test('brings those of the reference page, also where its script says that they are', async () => {
    const names = ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt']
    for (const name of names)
      expect(readFileSync(join(directory, 'swagger-ui', name), 'utf8')).toMatch(/license|copyright/i)
    const script = readFileSync(join(directory, 'swagger-ui/swagger-ui-bundle.js'), 'utf8')
    expect(script.slice(0, 200)).toContain('swagger-ui-bundle.js.LICENSE.txt')
  })
})

test('what a browser is given says where its licenses are, and they are there', async () => {
  const { script } = (await buildPages(directory, { isProduction: true })).chat
  const assets = createPageAssets(async (name) => {
    try {
      return new Uint8Array(readFileSync(join(directory, name)))
    } catch {
      return null
    }
  })
  const { app } = await createTestApp({ ports: () => ({ assets }) })
  const get = async (name: string) => app.request(`http://localhost:7071/dev/chat/${name}`)
  const [, named] = /^\/\* Licenses: (\S+) \*\//.exec(await (await get(script)).text()) ?? []
  const answer = await get(named ?? '')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  const texts = await answer.text()
  for (const name of ['preact', '@preact/signals', 'hono', 'idb'])
    expect(texts).toMatch(new RegExp(`\n${name} \\d`))
}, 60_000)

test.each([
  ['says none', {}, 'its-name 1.0.0 has the license (none)'],
  ['asks for more', { license: 'LGPL-3.0-or-later' }, 'its-name 1.0.0 has the license LGPL-3.0-or-later'],
  ['asks for more beside', { license: '(MIT AND GPL-3.0-only)' }, 'has the license (MIT AND GPL-3.0-only)'],
  ['gives a choice', { license: 'MIT OR GPL-3.0-only' }, 'has the license MIT OR GPL-3.0-only'],
])('a package whose license %s is not bundled', (title, more, message) => {
  const folder = join(directory, title)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'its-name', version: '1.0.0', ...more }))
  expect(() => readPackage(folder)).toThrow(message)
})

test('a package under several allowed licenses at once brings the texts of all', () => {
  const folder = join(directory, 'several')
  mkdirSync(folder)
  const manifest = { name: 'its-name', version: '1.0.0', license: '(Apache-2.0 AND BSD-3-Clause)' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const [text = ''] = readPackage(folder).texts
  expect(text).toContain('Apache License')
  expect(text).toContain('Neither the name')
})

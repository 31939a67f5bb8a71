import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
}
const linesOf = (file: string): number => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length
const longerThan = (lines: number, folders: readonly string[]): readonly string[] =>
  folders.flatMap(filesBelow).filter((file) => linesOf(file) > lines)

test('no file is longer than 300 lines: split it along what it holds', () => {
  expect(longerThan(300, ['src', 'entry', 'scripts', 'bench'])).toEqual([])
})

test('what assembles the app and what reads its settings stays short', () => {
  expect(longerThan(150, ['src/app', 'src/config', 'entry/wiring'])).toEqual([])
})

test('test/ mirrors src/: ten files in its root at most', () => {
  const files = readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeLessThanOrEqual(10)
})

test('every folder of domains has a face of its name', () => {
  const folders = filesBelow('src/core')
    .map((file) => file.split('/').slice(0, -1))
    .filter((path) => path.length > 2 && path[2] !== 'kernel')
  const names = [...new Set(folders.map((path) => path.join('/')))].filter((folder) =>
    // Models alone are read by everybody as they are.
    filesBelow(folder).some((file) => !/\.(?:model|test)\.ts$/.test(file)),
  )
  const faceless = names.filter(
    (folder) => !filesBelow(folder).includes(`${folder}/${folder.split('/').at(-1)}.ts`),
  )
  expect(faceless).toEqual([])
})

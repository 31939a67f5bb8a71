import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const directory = join(import.meta.dirname, '../scenarios')
const files = readdirSync(directory).filter((name) => name.endsWith('.test.ts'))

const excluding = /\.(?:skip|skipIf|only|todo)\b|\.runIf\b(?!\(can\('[\w-]+'\)\))/

test.each([
  ["test.skip('x')", true],
  ["test.skipIf(can('sql-server'))('x')", true],
  ["test.runIf(can('sql-server'))('x')", false],
  ["test.runIf(name === 'workerd')('x')", true],
  ["describe.only('x')", true],
])('%s is noticed: %s', (code, isNoticed) => expect(excluding.test(code)).toBe(isNoticed))

test.each(files)('%s leaves out only what a target declares it cannot do', (file) => {
  expect(readFileSync(join(directory, file), 'utf8')).not.toMatch(excluding)
})

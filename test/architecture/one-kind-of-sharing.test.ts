import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/*
 * What is kept between us and the readers, what is compressed and what is a page is decided in one place each. A second
 * place could let a caller's headers into what everybody gets, or compress an answer that mixes a secret with what
 * somebody sent.
 */

const root = join(import.meta.dirname, '../..')
/** The core says nothing of HTTP; signed downloads say of themselves how they are kept. */
const sources = ['src/app', 'src/http', 'src/routes'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`),
)

const onlyIn: readonly (readonly [RegExp, string])[] = [
  [/(?<!req\.header\()['"`]content-encoding|(?:^|\s)content-encoding['"`]?:/i, 'src/http/shared-answer.ts'],
  [/get\('compressor'\)|\.compress\(/, 'src/http/shared-answer.ts'],
  [
    /['"`](?:public|private|no-cache|max-age|s-maxage)\b[^'"`]*(?:max-age|no-store|no-cache|public, )/,
    'src/http/',
  ],
  [/\bc\.html\(/, 'src/http/private-page.ts'],
]

test.each(onlyIn)('%s is written in %s alone', (pattern, home) => {
  const found = sources.filter((name) => pattern.test(readFileSync(join(root, name), 'utf8')))
  expect(found.length).toBeGreaterThan(0)
  for (const name of found) expect(name.startsWith(home), name).toBe(true)
})

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { defineError } from '../../../src/core/kernel/errors.ts'
import { areas, spanish } from '../../../src/core/kernel/messages/catalog.ts'
import { filled, inLanguage, isPlain, issueSaying, saidBy } from '../../../src/core/kernel/messages/said.ts'
import type { SaidText } from '../../../src/core/kernel/messages/said-text.ts'

const root = join(import.meta.dirname, '../../..')
const texts = Object.entries(spanish)
const escaped = (text: string) => text.replaceAll(/[^\w\s]/g, '\\$&')
const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

/** What imports write down for staff: kept as it was said, in English. This list only gets shorter. */
const reportsInEnglish = [
  'src/core/learning/courses/clean-markdown.ts',
  'src/core/learning/courses/import-course.ts',
  'src/core/learning/courses/import-courses.ts',
  'src/core/learning/courses/import-notices.ts',
  'src/core/learning/imports/package-row.ts',
  'src/core/learning/imports/run-imports.ts',
]
/** Not said, but described: what a request may hold, and what a device may send. */
const described = /^(?:Do the evening courses begin|Sends a message: `conversationId`)/
/** What is inside is shown in the description of the API, and says nothing to anybody. */
const describing = new Set(['body', 'optionalBody', 'createRoute', 'meta'])
/** Schemas and what refuses take words here. */
const refusing = new Set(['refine', 'regex', 'min', 'max', 'length', 'check', 'DigitCode', 'refuse', 'wrong'])

interface Found {
  readonly at: string
  readonly text: string
}

/** Sentences of a file: where something is refused or answered, and all of them. */
function sentencesIn(file: string): { readonly said: readonly Found[]; readonly all: readonly string[] } {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  )
  const said: Found[] = []
  const all: string[] = []
  const nameOf = (call: ts.CallExpression) =>
    ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : call.expression.getText()
  const isSaying = (node: ts.Node): boolean => {
    const { parent } = node
    if (ts.isConditionalExpression(parent)) return isSaying(parent)
    if (ts.isPropertyAssignment(parent)) return ['message', 'error'].includes(parent.name.getText())
    return ts.isCallExpression(parent) && refusing.has(nameOf(parent))
  }
  const visit = (node: ts.Node, isDescribed: boolean): void => {
    if (ts.isStringLiteralLike(node)) {
      all.push(node.text)
      if (!isDescribed && isSaying(node) && /^[A-Z].*\.$/s.test(node.text))
        said.push({
          at: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`,
          text: node.text,
        })
    } else if (ts.isTemplateExpression(node))
      all.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('\0'))
    const describes = ts.isCallExpression(node) && describing.has(nameOf(node))
    ts.forEachChild(node, (child) => visit(child, isDescribed || describes))
  }
  visit(source, false)
  return { said, all }
}

const files = globSync('src/{core,http,routes}/**/*.ts', { cwd: root }).filter(
  (file) => !file.endsWith('.test.ts') && !file.startsWith('src/core/kernel/messages/'),
)
const sentences = files.map((file) => ({ file, ...sentencesIn(file) }))

describe('the catalog', () => {
  test('has each text once', () => {
    const keys = Object.values(areas).flatMap((area) => Object.keys(area))
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
    expect(keys).toHaveLength(texts.length)
  })

  test.each(texts)('%s', (english, translated) => {
    expect(translated).not.toBe('')
    expect(placesOf(translated)).toEqual(placesOf(english))
    if (/[a-z] [a-z]/i.test(english.replaceAll(/\{\w+\}/g, ''))) expect(translated).not.toBe(english)
    const end = (text: string) => /[^\p{L}\d]$/u.exec(text)?.[0]
    expect(end(translated), 'ends alike').toBe(end(english))
    expect(translated, 'usted, not tú').not.toMatch(
      /\b(?:tú|tu|tus|ti|contigo|vosotros|vuestr[oa]s?|puedes|tienes)\b/i,
    )
    expect(translated.length, 'no novel').toBeLessThan(english.length * 1.8 + 25)
  })

  test('holds nothing that nobody says', () => {
    const all = new Set(sentences.flatMap((each) => each.all))
    const patterns = [...all]
      .filter((text) => text.includes('\0') && /[A-Z]/.test(text))
      .map((text) => new RegExp(`^${text.split('\0').map(escaped).join('[^.]*')}$`))
    const unused = texts.filter(
      ([english]) => !all.has(english) && !patterns.some((one) => one.test(english)),
    )
    expect(unused.map(([english]) => english)).toEqual([])
  })
})

describe('whatever is said', () => {
  test('to people is in the catalog', () => {
    const found = sentences.filter(({ file }) => !reportsInEnglish.includes(file)).flatMap(({ said }) => said)
    expect(found.length).toBeGreaterThan(60)
    expect(found.filter(({ text }) => !Object.hasOwn(spanish, text) && !described.test(text))).toEqual([])
  })

  test('to staff in reports is still in English, in no more places than are listed', () => {
    for (const file of reportsInEnglish) {
      const { said = [], all = [] } = sentences.find((each) => each.file === file) ?? {}
      const english = [...said.map(({ text }) => text), ...all].filter((text) => /^[A-Z].* .*\.$/s.test(text))
      expect(
        english.some((text) => !Object.hasOwn(spanish, text)),
        file,
      ).toBe(true)
    }
  })

  test('compiles only with Spanish', () => {
    const compiles = () => {
      // @ts-expect-error: a text of no catalog
      defineError('conflict', 'conflict', 'Never heard of.')
      // @ts-expect-error: with a place that nothing is put into
      defineError('conflict', 'conflict', 'A group can have at most {max} members.')
      // @ts-expect-error: nothing for its place
      filled('A group can have at most {max} members.', {})
      // @ts-expect-error: a mere string has a language already
      filled('The course “{title}”.', { title: 'Budget' as string })
      return defineError(
        'conflict',
        'conflict',
        filled('A group can have at most {max} members.', { max: 1 }),
      )
    }
    expect(compiles).toBeTypeOf('function')
  })
})

describe('an answer', () => {
  test('compiles only with what is said told in a language', () => {
    type Answered = z.output<typeof SaidText>
    const compiles = () => {
      // @ts-expect-error: said, and not told
      const said: Answered = filled('A group can have at most {max} members.', { max: 1 })
      // @ts-expect-error: English to everybody
      const plain: Answered = 'There is nothing here.'
      const told: Answered = inLanguage('There is nothing here.', 'es')
      return [said, plain, told]
    }
    expect(compiles).toBeTypeOf('function')
  })
})

describe('a text with places', () => {
  const title = { asIs: '{problem} $& “x”' }
  const said = filled('“{title}”: {problem}', { title, problem: 'Its video needs captions.' })

  test('holds what stands in them, untouched, and what is said in the same language', () => {
    expect(inLanguage(said, 'en')).toBe('“{problem} $& “x””: Its video needs captions.')
    expect(inLanguage(said, 'es')).toBe('“{problem} $& “x””: Su video necesita subtítulos.')
  })

  test('lists in the words of its language', () => {
    const types = filled('Must be {types}.', { types: { anyOf: ['a', 'b', 'c'] } })
    expect([inLanguage(types, 'en'), inLanguage(types, 'es')]).toEqual([
      'Must be a or b or c.',
      'Debe ser a o b o c.',
    ])
  })

  test('comes through a schema whole', () => {
    expect(saidBy(issueSaying(said))).toBe(said)
    expect(saidBy({ message: 'Must not be empty.' })).toBe('Must not be empty.')
    expect(saidBy({ message: 'Invalid: hunter2' }), 'nothing of a library').toBe('Is not valid.')
    expect(isPlain('Must be {types}.')).toBe(false)
    expect(isPlain('toString')).toBe(false)
  })
})

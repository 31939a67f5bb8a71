import { beforeEach, describe, expect, test } from 'vitest'
import { importedId } from '../../../src/core/learning/courses/importer.model.ts'
import type { PackageFiles, PackageFormat } from '../../../src/ports/course-packages.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { staffMember } from './course-people.ts'
import { archiveOf, cartridgeFiles, manifest, olxFiles, tarred, zipped } from './sample-packages.ts'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>

beforeEach(async () => {
  testApp = await createTestApp()
  admin = await staffMember(testApp, 'Ada', 'admin')
})

type Files = Readonly<Record<string, string | Uint8Array>>
const open = (files: Files): Promise<PackageFiles> => testApp.imports.openPackage(archiveOf(zipped(files)))
const bring = async (format: PackageFormat, files: Files, options = {}) =>
  testApp.imports.importPackage(format, await open(files), options)

async function read(key: string) {
  const id = await importedId(key)
  const get = async (path: string) => (await admin.call('GET', `/api/v1/courses/${id}${path}`)).body
  const draft = await get('/draft')
  const modules = new Map(draft.modules.map(({ id, title }: any) => [id, title]))
  const lessons: any[] = []
  for (const lesson of draft.lessons) {
    const whole = await get(`/draft/lessons/${lesson.id}`)
    lessons.push({ ...whole, module: modules.get(whole.moduleId) ?? null })
  }
  return { draft, lessons, id }
}
const left = ({ notices, problems }: { notices: readonly any[]; problems: readonly any[] }) =>
  [...problems, ...notices].map(({ code, path, lesson }) => `${code} ${lesson ?? '-'} ${path}`)

describe.each(['1p1', '1p2', '1p3'] as const)('Common Cartridge %s', (version) => {
  test('brings modules, pages, links, files, topics and films, and lists what it leaves', async () => {
    const result = await bring('common-cartridge', cartridgeFiles(version))
    expect([result.outcome, result.key, result.problems]).toEqual(['created', 'garden-course', []])
    const { draft, lessons } = await read('garden-course')
    expect(draft).toMatchObject({
      title: 'A small garden',
      description: 'Grow **food** at home.',
      state: 'published',
    })
    expect(draft.modules.map(({ title }: any) => title)).toEqual(['Begin', 'Go on'])
    expect(lessons.map(({ title, module }) => [title, module])).toEqual(
      expect.arrayContaining([
        ['Soil', 'Begin'],
        ['Read more', 'Begin'],
        ['The plan', 'Begin'],
        ['Talk about it', 'Go on'],
        ['A film', 'Go on'],
      ]),
    )
    const [soil, link, plan] = lessons
    expect(soil.content).toContain('Dark **earth** & water.')
    expect(soil.content).toContain('[Read on](https://example.org/soil)')
    expect(soil.content).toContain('| Week | Work |')
    expect(soil.content).toContain('[A film](https://www.youtube.com/embed/abc)')
    expect(soil.content).not.toMatch(/<|javascript:|alert|onload|color:red|package\.invalid/)
    const picture = soil.resources.find(({ title }: any) => title === 'my bed.png')
    expect(soil.content).toContain(`![A bed](http://localhost:7071/api/v1/files/${picture.fileId}/download)`)
    expect(soil.resources.map(({ type, unavailable }: any) => [type, unavailable])).toEqual([
      ['download', null],
      ['pdf', null],
    ])
    expect(link.resources).toMatchObject([
      { title: 'A handbook', url: 'https://example.org/handbook?a=1&b=2', type: 'link' },
    ])
    expect(plan).toMatchObject({ description: 'Deeper', resources: [{ title: 'plan.pdf', type: 'pdf' }] })
    expect(lessons.find(({ title }) => title === 'Talk about it').content).toBe('What grows *near you*?')
    expect(lessons.find(({ title }) => title === 'A film').videoFileId).toMatch(/^[\da-f-]{36}$/)
    const { quiz } = lessons.find(({ title }) => title === 'What do you know?')
    expect(quiz.questions).toMatchObject([
      {
        type: 'single',
        text: 'What do plants drink?',
        choices: [
          { text: 'Water', isCorrect: true },
          { text: 'Milk', isCorrect: false },
        ],
      },
      { type: 'multiple', choices: [{ isCorrect: true }, { isCorrect: false }, { isCorrect: true }] },
    ])
    expect(left(result)).toEqual(
      expect.arrayContaining([
        'not_supported i5 essay',
        'unsafe i1 script',
        'unsafe i1 javascript:',
        'missing i1 pages/nowhere.png',
        'not_supported i1 $WIKI_REFERENCE$/pages/water',
        'heading - Only a heading',
        'not_supported i4 topic.xml',
        'not_supported - A tool',
        'not_placed - web_resources/loose.docx',
      ]),
    )
    expect(await bring('common-cartridge', cartridgeFiles(version))).toMatchObject({ outcome: 'unchanged' })
    const dry = await bring('common-cartridge', cartridgeFiles(version), { isDryRun: true })
    expect([dry.outcome, left(dry)]).toEqual(['unchanged', left(result)])
  })
})

test('whoever takes part gets the files of a cartridge, and nobody else', async () => {
  await bring('common-cartridge', cartridgeFiles())
  const { id, lessons } = await read('garden-course')
  const paper = lessons[2].resources[0].fileId
  expect((await admin.call('POST', `/api/v1/courses/${id}/enroll`)).status).toBe(200)
  const lesson = await admin.call('GET', `/api/v1/courses/${id}/lessons/${lessons[2].id}`)
  const answer = await testApp.app.request(lesson.body.resources[0].url)
  expect([answer.status, (await answer.text()).slice(0, 5)]).toEqual([200, '%PDF-'])
  const other = await staffMember(testApp, 'Max', 'mentor')
  expect((await other.call('GET', `/api/v1/files/${paper}/download`)).status).toBe(404)
})

describe('OLX', () => {
  test('brings chapters, units, pages, videos, captions and papers, and lists what it leaves', async () => {
    const result = await bring('olx', olxFiles(), { category: 'life-skills' })
    expect([result.outcome, result.problems]).toEqual(['created', []])
    const { draft, lessons } = await read(result.key ?? '')
    expect(draft).toMatchObject({
      title: 'Mend a bike',
      description: 'All about **bikes**.',
      category: 'life-skills',
    })
    expect(draft.modules.map(({ title }: any) => title)).toEqual(['Wheels', 'Brakes'])
    expect(lessons.map(({ title, module, description }) => [title, module, description])).toEqual([
      ['A flat', 'Wheels', 'Tyres'],
      ['Try it', 'Wheels', 'Tyres'],
      ['Look', 'Brakes', 'Pads'],
    ])
    const [flat, quiz, look] = lessons
    expect(quiz.quiz.questions).toMatchObject([
      {
        type: 'single',
        text: 'What holds air?',
        choices: [
          { text: 'The tube', isCorrect: true },
          { text: 'The spoke', feedback: 'No.' },
        ],
      },
      { type: 'number', text: 'How many wheels?', answer: 2, tolerance: 0.2 },
      { type: 'text', text: 'Where does air go in?', answers: ['valve', 'the valve'] },
    ])
    expect(flat).toMatchObject({
      videoUrl: 'https://www.youtube.com/watch?v=abc123',
      captions: [{ language: 'es', label: 'español', kind: 'subtitles', unavailable: null }],
      resources: [{ title: 'levers.pdf' }, { title: 'tyre.png' }],
    })
    expect(flat.content).toMatch(/^Use \[levers\]\(http:.*\)\. Next\n\n!\[A tyre\]\(http:.*\)$/)
    expect(look.content).toContain('Then *touch*.')
    const captions = await (await testApp.app.request(flat.captions[0].url)).text()
    expect(captions).toBe('WEBVTT\n\n1\n00:00:00.500 --> 00:00:02.000\nHola.\n')
    expect(left(result)).toEqual(
      expect.arrayContaining([
        'not_supported v1 /jump_to_id/v2',
        'unsafe v1 script',
        'not_supported v1 Patching',
        'not_supported v2 Sort the tools (drag-and-drop-v2)',
        'not_supported v2 Draw (customresponse)',
        'not_placed - static/unused.pdf',
      ]),
    )
    expect((await bring('olx', olxFiles())).outcome).toBe('unchanged')
  })

  test('comes as a tar.gz too', async () => {
    const files = await testApp.imports.openPackage(archiveOf(tarred(olxFiles())))
    expect(await testApp.imports.importPackage('olx', files)).toMatchObject({ outcome: 'created' })
  })
})

test('strictly, a package of which something would be left is refused, and nothing of it is here', async () => {
  const result = await bring('olx', olxFiles(), { isStrict: true, key: 'bikes' })
  expect(result.outcome).toBe('invalid')
  expect(left(result)).toContain('not_supported v2 Draw (customresponse)')
  expect((await admin.call('GET', `/api/v1/courses/${await importedId('bikes')}/draft`)).status).toBe(404)
})

test('what is too long is cut by name, and so are lessons beyond 200', async () => {
  const items = Array.from(
    { length: 203 },
    (_, i) =>
      `<item identifier="i${i}" identifierref="r"><title>${i === 0 ? 'T'.repeat(300) : `Lesson ${i}`}</title></item>`,
  ).join('')
  const resources =
    '<resource identifier="r" type="webcontent" href="p.html"><file href="p.html"/></resource>'
  const result = await bring('common-cartridge', {
    'imsmanifest.xml': manifest({ items, resources }),
    'p.html': `<p>${'word '.repeat(25_000)}</p>`,
  })
  expect(result.outcome).toBe('created')
  expect(left(result)).toEqual(
    expect.arrayContaining(['cut i0 title', 'cut i0 content', 'limit - Lesson 200', 'limit - Lesson 202']),
  )
  expect((await read('garden-course')).lessons).toHaveLength(200)
})

describe('what is no package, or more than one should be, is refused by name', () => {
  const refused = async (format: PackageFormat, bytes: Uint8Array): Promise<string | undefined> => {
    try {
      const files = await testApp.imports.openPackage(archiveOf(bytes))
      return (await testApp.imports.importPackage(format, files)).problems[0]?.code
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  const bomb = `<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><manifest><metadata>&b;&b;</metadata></manifest>`
  const cases: readonly (readonly [string, PackageFormat, () => Uint8Array, string])[] = [
    ['neither ZIP nor TAR', 'common-cartridge', () => new TextEncoder().encode('hello'), 'not_a_package'],
    ['a ZIP without a manifest', 'common-cartridge', () => zipped({ 'a.txt': 'a' }), 'not_a_package'],
    ['OLX without a course', 'olx', () => zipped({ 'a.xml': '<a/>' }), 'not_a_package'],
    ['a path that leads out', 'common-cartridge', () => zipped({ '../../etc/passwd': 'x' }), 'unsafe_path'],
    ['an absolute path', 'common-cartridge', () => zipped({ '/etc/passwd': 'x' }), 'unsafe_path'],
    ['a path of Windows', 'common-cartridge', () => zipped({ 'C:\\a.html': 'x' }), 'unsafe_path'],
    ['a path that leads out of a TAR', 'olx', () => tarred({ '../a.xml': '<a/>' }), 'unsafe_path'],
    [
      'a ZIP bomb',
      'common-cartridge',
      () => zipped({ 'imsmanifest.xml': new Uint8Array(40 * 1024 * 1024) }),
      'too_large',
    ],
    [
      'too many files',
      'common-cartridge',
      () => zipped(Object.fromEntries(Array.from({ length: 10_002 }, (_, i) => [`f${i}`, '']))),
      'too_large',
    ],
    ['a cut-off ZIP', 'common-cartridge', () => zipped(cartridgeFiles()).subarray(0, 900), 'broken'],
    ['a cut-off TAR', 'olx', () => tarred(olxFiles()).subarray(0, 300), 'broken'],
    ['entities', 'common-cartridge', () => zipped({ 'imsmanifest.xml': bomb }), 'broken'],
    [
      'XML that ends too soon',
      'common-cartridge',
      () => zipped({ 'imsmanifest.xml': '<manifest><a>' }),
      'broken',
    ],
    [
      'XML without end',
      'common-cartridge',
      () => zipped({ 'imsmanifest.xml': '<a>'.repeat(5_000) + '</a>'.repeat(5_000) }),
      'broken',
    ],
    ['another XML', 'common-cartridge', () => zipped({ 'imsmanifest.xml': '<rss/>' }), 'not_a_package'],
  ]
  test.each(cases)('%s', async (_, format, bytes, code) => {
    expect(await refused(format, bytes())).toBe(code)
  })
})

describe('HTML in Markdown that is imported', () => {
  const course = (content: string) => ({
    key: 'html',
    title: 'HTML in it',
    description: '',
    category: 'tech',
    level: 'beginner',
    lessons: [{ key: 'one', title: 'One', content }],
  })
  const after = async (content: string) => {
    const [result] = await testApp.courses.importCourses([course(content)])
    expect(result?.outcome).not.toBe('invalid')
    return { content: (await read('html')).lessons[0].content as string, result }
  }

  test.each([
    '# Plain\n\nText with `<code>` and\n\n```html\n<script>alert(1)</script>\n```\n\n1 < 2 & 3',
    '[a](https://example.org/?a=1&b=2) <https://example.org> [m](mailto:a@example.org) [t](tel:123)',
    'Note:this is data:ours',
  ])('is left as it is where there is none: %j', async (content) => {
    expect((await after(content)).content).toBe(content)
  })

  test.each([
    ['<script>alert(1)</script>\n\nText', 'script'],
    ['Hi <img src=x onerror=alert(1)>', 'onerror='],
    ['[x](javascript:alert(1))', 'javascript:'],
    ['[x](JaVaScRiPt&colon;alert(1))', 'javascript:'],
    ['[x](java&#x0A;script:alert(1))', 'javascript:'],
    ['[x][y]\n\n[y]: javascript:alert(1)', 'javascript:'],
    ['![x](data:image/svg+xml;base64,PHN2Zz4=)', 'data:'],
    ['<javascript:alert(1)>', 'javascript:'],
    ['<svg><script>alert(1)</script></svg>', 'svg'],
    ['<iframe srcdoc="<script>alert(1)</script>"></iframe>', 'iframe'],
    ['<a href="vbscript:x">y</a>', 'vbscript:'],
    ['<form action="https://evil.example"><input name=password></form>', 'form'],
    ['<math><mi xlink:href="javascript:alert(1)">x</mi></math>', 'math'],
  ])('goes, by name: %j', async (given, name) => {
    const { content, result } = await after(given)
    expect(content).not.toMatch(/<(?!https?:)|\]\((?:javascript|vbscript|data):|onerror|alert\(1\)<|srcdoc/i)
    expect(result?.notices).toContainEqual(
      expect.objectContaining({
        lesson: 'one',
        path: 'content',
        code: 'unsafe',
        message: expect.stringContaining(name),
      }),
    )
    const [again] = await testApp.courses.importCourses([course(given)])
    expect(again?.outcome).toBe('unchanged')
    const [strict] = await testApp.courses.importCourses([course(given)], { isStrict: true })
    expect(strict?.outcome).toBe('invalid')
  })

  test('becomes Markdown where it is harmless', async () => {
    const { content, result } = await after(
      '<p>Some <b>bold</b> text<br>and a <a href="https://example.org">link</a></p>',
    )
    expect(content).toBe('Some **bold** text\\\nand a [link](https://example.org)')
    expect(result?.notices).toMatchObject([{ code: 'rewritten' }])
  })
})

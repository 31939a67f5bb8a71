import {
  type PackagedCourse,
  type PackageFiles,
  type PackageLesson,
  type PackageLoss,
  PackageUnreadable,
} from '../../ports/course-packages.ts'
import {
  createKeys,
  createLesson,
  joined,
  type LessonBuilder,
  type Lose,
  maxLessons,
  maxModules,
  plainPath,
} from './lesson-builder.ts'
import { markdownOf } from './markup.ts'
import { quizOf } from './qti.ts'
import { decodeText, elementsOf, firstOf, htmlOf, readXml, textOf, within, type XmlNode } from './xml.ts'

const maxPageBytes = 4 * 1024 * 1024
const isPage = (path: string): boolean => /\.x?html?$/i.test(path)
const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/')

interface Resource {
  readonly id: string
  readonly type: string
  /** Of the file that stands for it. */
  readonly path: string
  readonly paths: readonly string[]
}

/** Types are versioned: `imswl_xmlv1p1` and `imswl_xmlv1p3` are the same here. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^imswl_/i, 'link'],
  [/^imsdt_/i, 'topic'],
  [/^imsqti_.*question-?bank/i, 'bank'],
  [/^imsqti_/i, 'quiz'],
  [/^imsbasiclti_/i, 'tool'],
  [/^assignment_/i, 'assignment'],
  [/^webcontent$/i, 'content'],
]
const kindOf = (type: string): string => kinds.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'

function resourcesOf(manifest: XmlNode): ReadonlyMap<string, Resource> {
  const found = elementsOf(firstOf(manifest, 'resources'), 'resource').map((node): Resource => {
    const base = node.attributes['base'] ?? ''
    const paths = elementsOf(node, 'file').flatMap(
      ({ attributes }) => joined(base, attributes['href'] ?? '') ?? [],
    )
    const href = node.attributes['href'] === undefined ? null : joined(base, node.attributes['href'])
    return {
      id: node.attributes['identifier'] ?? '',
      type: node.attributes['type'] ?? '',
      path: href ?? paths[0] ?? '',
      paths,
    }
  })
  return new Map(found.map((resource) => [resource.id, resource]))
}

export async function readCommonCartridge(files: PackageFiles): Promise<PackagedCourse> {
  const manifestPath = files.paths.find((path) => path.toLowerCase() === 'imsmanifest.xml')
  if (manifestPath === undefined)
    throw new PackageUnreadable('not_a_package', 'There is no imsmanifest.xml in it.')
  const manifest = await readXml(files, manifestPath)
  if (manifest.name !== 'manifest')
    throw new PackageUnreadable('not_a_package', 'imsmanifest.xml is no manifest.')
  const resources = resourcesOf(manifest)
  const left: PackageLoss[] = []
  const lose: Lose = (loss) => void left.push({ lesson: null, ...loss })
  const used = new Set<string>([manifestPath])
  const keyOf = createKeys()
  const moduleKeyOf = createKeys()
  const modules: { key: string; title: string }[] = []
  const lessons: PackageLesson[] = []
  const placed = new Set<string>()

  /** What an address in a page means: `$IMS-CC-FILEBASE$` stands for the files of a course, wherever they are. */
  const finderFor = (pagePath: string) => (address: string) => {
    const plain = plainPath(address)
    if (/^\$(?:WIKI_REFERENCE|CANVAS_OBJECT_REFERENCE|CANVAS_COURSE_REFERENCE)\$/i.test(plain))
      return { text: 'A link to another part of the course: its words were kept.' }
    const [, inBase] = /^\$IMS[-_]CC[-_]FILEBASE\$\/?(.*)$/i.exec(plain) ?? []
    const candidates =
      inBase === undefined
        ? [joined(folderOf(pagePath), address), joined('', address)]
        : [
            joined('web_resources', inBase.replaceAll('%', '%25')),
            joined('', inBase.replaceAll('%', '%25')),
            joined(folderOf(pagePath), inBase),
          ]
    const path = candidates.find((each) => each !== null && files.paths.includes(each))
    if (path === undefined || path === null) return candidates[0] ? { path: candidates[0] } : null
    return isPage(path) ? { text: 'A link to another page: its words were kept.' } : { path }
  }

  async function fill(lesson: LessonBuilder, { type, path, paths }: Resource): Promise<void> {
    for (const each of [path, ...paths]) if (files.paths.includes(each) && !isPage(each)) used.add(each)
    const kind = kindOf(type)
    const open = (what: string) => lesson.lose({ name: path, code: 'not_supported', message: what })
    if (!files.paths.includes(path)) {
      lesson.lose({ name: path || type, code: 'missing', message: 'Is not in the package.' })
      return
    }
    used.add(path)
    if (isPage(path) && (kind === 'content' || kind === 'other' || kind === 'assignment')) {
      lesson.addHtml(decodeText(await files.read(path, maxPageBytes)), finderFor(path))
      if (kind === 'assignment') open('Assignments are not handed in here: only the words were kept.')
    } else if (kind === 'content')
      lesson.addFile(path, /\.(?:mp4|webm|m4v)$/i.test(path) ? { use: 'video' } : {})
    else if (kind === 'link') {
      const link = await readXml(files, path)
      const [url, title] = [firstOf(link, 'url')?.attributes['href'] ?? '', textOf(firstOf(link, 'title'))]
      const html = `<p><a href="${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></a></p>`
      const page = lesson.addHtml(
        html.replace('></a>', `>${(title || url).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</a>`),
        () => null,
      )
      if (page.dropped.length === 0) lesson.addLink(title, url)
    } else if (kind === 'topic') {
      const topic = await readXml(files, path)
      const text = firstOf(topic, 'text')
      const isHtml = text?.attributes['texttype'] !== 'text/plain'
      const inner = text && elementsOf(text).length > 0 ? text.children.map(htmlOf).join('') : textOf(text)
      lesson.addHtml(isHtml ? inner : inner.replaceAll('&', '&amp;').replaceAll('<', '&lt;'), finderFor(path))
      open('There are no discussions in lessons: only the words of its topic were kept.')
    } else if (kind === 'assignment') {
      const root = await readXml(files, path)
      lesson.addHtml(textOf(firstOf(root, 'text') ?? firstOf(root, 'instructor_text')), finderFor(path))
      open('Assignments are not handed in here: only the words were kept.')
    } else if (kind === 'quiz') {
      const quiz = quizOf(await readXml(files, path), lesson.key, lesson.lose)
      if (quiz) lesson.setQuiz(quiz)
    } else
      open(
        kind === 'tool'
          ? 'Tools of others cannot be opened in a lesson.'
          : `Resources of the kind ${type || 'it is of'} are not known here.`,
      )
  }

  async function addLesson(item: XmlNode, title: string, module: string | null, folders: readonly string[]) {
    const id = item.attributes['identifierref'] ?? ''
    const resource = resources.get(id)
    if (!resource) {
      lose({ name: title || id, code: 'missing', message: 'Refers to nothing in the package.' })
      return
    }
    placed.add(id)
    const kind = kindOf(resource.type)
    if (kind === 'tool' || kind === 'bank' || (kind === 'other' && !isPage(resource.path))) {
      for (const path of resource.paths) used.add(path)
      const message =
        kind === 'tool'
          ? 'Tools of others cannot be opened in a lesson.'
          : `Resources of the kind ${resource.type || 'it is of'} are not known here.`
      return lose({ name: title || id, code: 'not_supported', message })
    }
    if (lessons.length >= maxLessons)
      return lose({
        name: title || id,
        code: 'limit',
        message: `A course has at most ${maxLessons} lessons.`,
      })
    const key = keyOf(item.attributes['identifier'] ?? '', id, title)
    const lesson = createLesson(
      { key, title: title || id, module, description: folders.join(' › ') },
      { files, lose, used },
    )
    await fill(lesson, resource)
    const ended = lesson.end()
    if (kind === 'quiz' && !ended.quiz)
      return lose({
        name: title || id,
        code: 'not_supported',
        message: 'No question of this quiz can be asked here.',
      })
    lessons.push(ended)
  }

  async function walk(item: XmlNode, module: string | null, folders: readonly string[]): Promise<void> {
    for (const child of elementsOf(item, 'item')) {
      const title = textOf(firstOf(child, 'title'))
      const hasItems = elementsOf(child, 'item').length > 0
      if (child.attributes['identifierref'] !== undefined) await addLesson(child, title, module, folders)
      else if (!hasItems) lose({ name: title, code: 'heading', message: 'A heading with nothing in it.' })
      if (!hasItems) continue
      if (module !== null || modules.length >= maxModules) {
        if (module === null)
          lose({
            name: title,
            code: 'limit',
            message: `A course has at most ${maxModules} modules: its lessons are in none.`,
          })
        await walk(child, module, [...folders, title])
        continue
      }
      const key = moduleKeyOf(child.attributes['identifier'] ?? '', title)
      modules.push({ key, title: (title || key).slice(0, 200) })
      await walk(child, key, [])
    }
  }

  const organizations = elementsOf(firstOf(manifest, 'organizations'), 'organization')
  for (const organization of organizations) {
    const top = elementsOf(organization, 'item')
    // The tree has one root, which is not shown, and has no title.
    const roots =
      top.length === 1 && top[0]?.attributes['identifierref'] === undefined && !firstOf(top[0], 'title')
        ? top
        : [organization]
    for (const root of roots) await walk(root, null, [])
  }
  for (const { id, type, path, paths } of resources.values()) {
    if (placed.has(id) || used.has(path)) continue
    for (const each of [path, ...paths]) used.add(each)
    lose({
      name: path || id,
      code: 'not_placed',
      message: `Is in no module (${kindOf(type) === 'other' ? type : kindOf(type)}).`,
    })
  }
  for (const path of files.paths)
    if (!used.has(path)) lose({ name: path, code: 'not_placed', message: 'Is a file that no lesson names.' })

  const lom = firstOf(manifest, 'metadata', 'lom', 'general')
  const string = (node: XmlNode | undefined) =>
    textOf(firstOf(node, 'string') ?? firstOf(node, 'langstring') ?? node)
  const described = markdownOf(string(firstOf(lom, 'description')), () => null)
  return {
    name: manifest.attributes['identifier'] ?? '',
    title:
      string(firstOf(lom, 'title')) || textOf([...within(firstOf(manifest, 'organizations'), 'title')][0]),
    description: described.markdown,
    modules,
    lessons,
    left,
    files,
  }
}

import {
  type PackagedCourse,
  type PackageFiles,
  type PackageLesson,
  type PackageLoss,
  type PackageQuestion,
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
import { questionsOf } from './olx-problem.ts'
import { atMost } from './quiz.ts'
import { decodeText, elementsOf, htmlOf, readXml, type XmlNode } from './xml.ts'

const maxPageBytes = 4 * 1024 * 1024
/** What a course is made of besides pages: written by the system for itself. */
const ofTheSystem =
  /^(?:policies|about|info|tabs|drafts|assets|course|chapter|sequential|vertical|html|video|problem|wiki)\//

/** Only the files below that folder, as if it were the package. */
function below(files: PackageFiles, folder: string): PackageFiles {
  if (folder === '') return files
  const inside = (path: string) => `${folder}/${path}`
  return {
    paths: files.paths.flatMap((path) =>
      path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [],
    ),
    sizeOf: (path) => files.sizeOf(inside(path)),
    read: (path, maxBytes) => files.read(inside(path), maxBytes),
  }
}

/** Where `course.xml` is: an export has one folder around everything. */
function rootOf(all: PackageFiles): PackageFiles {
  const found = all.paths
    .filter((path) => path === 'course.xml' || path.endsWith('/course.xml'))
    .sort((a, b) => a.split('/').length - b.split('/').length)[0]
  if (found === undefined) throw new PackageUnreadable('not_a_package', 'There is no course.xml in it.')
  return below(all, found.split('/').slice(0, -1).join('/'))
}

const nameOf = (node: XmlNode): string =>
  node.attributes['display_name'] ?? node.attributes['url_name'] ?? node.name

export async function readOlx(all: PackageFiles): Promise<PackagedCourse> {
  const files = rootOf(all)
  const paths = new Set(files.paths)
  const left: PackageLoss[] = []
  const lose: Lose = (loss) => void left.push({ lesson: null, ...loss })
  const used = new Set<string>()
  const keyOf = createKeys()
  const moduleKeyOf = createKeys()
  const modules: { key: string; title: string }[] = []
  const lessons: PackageLesson[] = []

  /** An element that only names a file is what is in that file. */
  async function load(node: XmlNode, depth = 0): Promise<XmlNode> {
    const { url_name: urlName } = node.attributes as { url_name?: string }
    if (urlName === undefined || node.children.some((child) => typeof child !== 'string') || depth > 3)
      return node
    const path = joined(
      node.name,
      `${encodeURIComponent(urlName.replaceAll(':', '/')).replaceAll('%2F', '/')}.xml`,
    )
    if (path === null || !paths.has(path)) return node
    used.add(path)
    const loaded = await readXml(files, path)
    return { ...loaded, attributes: { ...node.attributes, ...loaded.attributes, url_name: urlName } }
  }

  const find = (address: string) => {
    const plain = plainPath(address)
    if (/^\/?(?:jump_to(?:_id)?|courses?|wiki)\//.test(plain))
      return { text: 'A link to another part of the course: its words were kept.' }
    const path = joined('', address)
    if (path === null) return null
    const asset = /asset-v1:.*block@([^/]+)$/.exec(path)?.[1]
    return { path: asset === undefined ? path : `static/${asset}` }
  }

  async function addHtml(lesson: LessonBuilder, node: XmlNode): Promise<void> {
    const { filename = node.attributes['url_name'] } = node.attributes as { filename?: string }
    const path = filename === undefined ? null : joined('html', `${filename}.html`)
    const hasInner = node.children.some((child) => typeof child !== 'string' || child.trim() !== '')
    if (hasInner) lesson.addHtml(node.children.map(htmlOf).join(''), find)
    else if (path !== null && paths.has(path)) {
      used.add(path)
      lesson.addHtml(decodeText(await files.read(path, maxPageBytes)), find)
    } else lesson.lose({ name: nameOf(node), code: 'missing', message: 'Its page is not in the package.' })
  }

  function addCaptions(lesson: LessonBuilder, node: XmlNode): void {
    const listed = elementsOf(node, 'transcript').map(({ attributes }) => [
      attributes['language'],
      attributes['src'],
    ])
    let more: Record<string, unknown> = {}
    try {
      more = JSON.parse(node.attributes['transcripts'] ?? '{}') as Record<string, unknown>
    } catch {
      lesson.lose({ name: nameOf(node), code: 'missing', message: 'Its list of transcripts cannot be read.' })
    }
    const sub = node.attributes['sub']
    const all = [...listed, ...Object.entries(more), ...(sub ? [['en', `subs_${sub}.srt.sjson`]] : [])]
    for (const [language, name] of all) {
      if (typeof name !== 'string' || name === '') continue
      const path = [joined('static', name), joined('', name)].find((each) => each !== null && paths.has(each))
      if (!path) lesson.lose({ name, code: 'missing', message: 'These captions are not in the package.' })
      else if (!/\.(?:srt|vtt)$/i.test(path))
        lesson.lose({ name, code: 'not_supported', message: 'Captions are taken as SRT or WebVTT.' })
      else lesson.addFile(path, { use: 'captions', language: String(language || 'en') })
    }
  }

  function addVideo(lesson: LessonBuilder, node: XmlNode): void {
    const { attributes } = node
    const name = nameOf(node)
    const youtube =
      attributes['youtube_id_1_0'] || /1\.0+:([\w-]+)/.exec(attributes['youtube'] ?? '')?.[1] || ''
    let sources: unknown[] = elementsOf(node, 'source').map((source) => source.attributes['src'])
    try {
      sources = [...sources, ...(JSON.parse(attributes['html5_sources'] ?? '[]') as unknown[])]
    } catch {
      lesson.lose({ name, code: 'missing', message: 'Its list of sources cannot be read.' })
    }
    const elsewhere = sources.filter((url): url is string => typeof url === 'string')
    const addresses = [...(youtube ? [`https://www.youtube.com/watch?v=${youtube}`] : []), ...elsewhere]
    const inPackage = elsewhere
      .map((url) => find(url))
      .find((found) => found && 'path' in found && paths.has(found.path))
    const url = addresses.find((address) => address.startsWith('https:') && URL.canParse(address))
    if (inPackage && 'path' in inPackage && !lesson.hasVideo) lesson.addFile(inPackage.path, { use: 'video' })
    else if (url === undefined)
      lesson.lose({
        name,
        code: 'not_supported',
        message: 'This video has no address that can be opened here.',
      })
    else if (lesson.hasVideo) {
      lesson.addHtml(
        `<p><a href="${url.replaceAll('"', '%22')}">${name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</a></p>`,
        () => null,
      )
      lesson.addLink(name, url)
    } else lesson.setVideo(url)
    const clip = ['start_time', 'end_time', 'from', 'to'].filter(
      (key) => !/^(?:0*:?)*(?:\.0*)?$/.test(attributes[key] ?? ''),
    )
    if (clip.length > 0)
      lesson.lose({
        name,
        code: 'not_supported',
        message: 'Where this clip begins and ends in its video was left out.',
      })
    addCaptions(lesson, node)
  }

  async function addUnit(unit: XmlNode, module: string | null, section: string): Promise<void> {
    const title = nameOf(unit)
    if (lessons.length >= maxLessons)
      return lose({ name: title, code: 'limit', message: `A course has at most ${maxLessons} lessons.` })
    const key = keyOf(unit.attributes['url_name'] ?? '', title)
    const lesson = createLesson(
      { key, title, module, description: section === title ? '' : section },
      { files, lose, used },
    )
    const questions: PackageQuestion[] = []
    async function addBlock(given: XmlNode): Promise<void> {
      const block = await load(given)
      const name = nameOf(block)
      if (block.name === 'html') await addHtml(lesson, block)
      else if (block.name === 'video') addVideo(lesson, block)
      else if (block.name === 'problem')
        questions.push(...questionsOf(block, block.attributes['url_name'] ?? name, lesson.lose))
      else if (block.name === 'vertical' || block.name === 'wrapper' || block.name === 'conditional')
        for (const child of elementsOf(block)) await addBlock(child)
      else
        lesson.lose({
          name: `${name} (${block.name})`,
          code: 'not_supported',
          message: 'There are no blocks of this kind in a lesson.',
        })
    }
    for (const block of elementsOf(unit)) await addBlock(block)
    if (questions.length > 0)
      lesson.setQuiz({
        questions: atMost(questions, title, lesson.lose),
        passPercent: null,
        maxAttempts: null,
      })
    lessons.push(lesson.end())
  }

  const pointer = await readXml(files, 'course.xml')
  if (pointer.name !== 'course') throw new PackageUnreadable('not_a_package', 'course.xml is no course.')
  used.add('course.xml')
  const course = await load(pointer)
  for (const pointed of elementsOf(course)) {
    if (pointed.name !== 'chapter') {
      if (pointed.name !== 'wiki')
        lose({
          name: `${nameOf(pointed)} (${pointed.name})`,
          code: 'not_supported',
          message: 'Is no chapter.',
        })
      continue
    }
    const chapter = await load(pointed)
    let module: string | null = null
    if (modules.length < maxModules) {
      module = moduleKeyOf(chapter.attributes['url_name'] ?? '', nameOf(chapter))
      modules.push({ key: module, title: nameOf(chapter).slice(0, 200) })
    } else
      lose({
        name: nameOf(chapter),
        code: 'limit',
        message: `A course has at most ${maxModules} modules: its lessons are in none.`,
      })
    for (const inChapter of elementsOf(chapter)) {
      const sequential = await load(inChapter)
      for (const inSequential of elementsOf(sequential)) {
        const unit = await load(inSequential)
        await addUnit(
          unit.name === 'vertical'
            ? unit
            : { name: 'vertical', attributes: unit.attributes, children: [unit] },
          module,
          nameOf(sequential),
        )
      }
    }
  }

  const aboutPath = ['about/short_description.html', 'about/overview.html'].find((path) => paths.has(path))
  const about = aboutPath === undefined ? '' : decodeText(await files.read(aboutPath, maxPageBytes))
  for (const path of files.paths)
    if (path.startsWith('static/') && !used.has(path))
      lose({ name: path, code: 'not_placed', message: 'Is a file that no lesson names.' })
    else if (
      !path.startsWith('static/') &&
      !used.has(path) &&
      path !== aboutPath &&
      !ofTheSystem.test(path) &&
      /\.(?:html|xml)$/.test(path)
    )
      lose({ name: path, code: 'not_placed', message: 'Is part of no lesson.' })
  const { org = '', course: number = '' } = pointer.attributes as { org?: string; course?: string }
  return {
    name: [org, number, pointer.attributes['url_name'] ?? ''].filter((part) => part !== '').join('-'),
    title: course.attributes['display_name'] ?? '',
    description: markdownOf(about, (address) => (/^https?:/i.test(address) ? address : null)).markdown,
    modules,
    lessons,
    left,
    files,
  }
}

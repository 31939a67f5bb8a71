import {
  fileAddress,
  type PackageFiles,
  type PackageFormat,
  type PackageLesson,
  PackageUnreadable,
} from '../../../ports/course-packages.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Files } from '../../files/files.ts'
import { importedId, importer } from '../courses/importer.model.ts'
import type { ImportedPackageOptions, Loss } from './imports.model.ts'
import { webVttOf } from './web-vtt.ts'

/** Larger ones are uploaded by themselves: a file is in memory while it is stored. */
const maxFileBytes = 100 * 1024 * 1024
const maxCourseTitle = 200
const maxDescription = 5_000

type Use = PackageLesson['files'][number]
type Placed = ReadonlyMap<string, { readonly id: string; readonly use: Use }>

const words: Readonly<Record<string, string>> = {
  too_big: 'Is larger than is taken here.',
  limit: 'Is larger than 100 MiB: upload it by itself.',
  empty: 'Is empty.',
  type_not_allowed: 'Files of this type are not taken here.',
  ending_mismatch: 'Its name is of another type.',
  type_mismatch: 'Is not of the type that its name says.',
}

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100)
    .replace(/-+$/, '')

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** `![what it shows](where)` and `[words](where)`, of a file that could not be taken, as their words. */
const withoutAddress = (content: string, address: string): string =>
  content.replaceAll(
    /!?\[((?:[^\]\\]|\\.)*)\]\(([^)\s]*)(?:\s+"(?:[^"\\]|\\.)*")?\)/g,
    (whole, text: string, target: string) => (target === address ? text : whole),
  )

/** What a package holds as a row for the import of courses, its files stored as files of ours. */
export function createReadPackage(
  { coursePackages }: Needs<'coursePackages'>,
  { files: ours }: { readonly files: Pick<Files, 'courses' | 'stored'> },
) {
  /** Null and said where it cannot be taken. Without `isDryRun` it is stored. */
  async function place(
    key: string,
    from: PackageFiles,
    use: Use,
    isDryRun: boolean,
  ): Promise<{ readonly id: string } | { readonly refused: string }> {
    const category = use.use === 'video' ? 'course-video' : 'document'
    const isSubtitle = use.use === 'captions' && /\.srt$/i.test(use.path)
    const plain = use.path.split('/').at(-1) ?? use.path
    const name = isSubtitle ? plain.replace(/\.srt$/i, '.vtt') : plain
    const refused = ours.stored.refusalOf(category, name, from.sizeOf(use.path))
    if (refused !== null) return { refused }
    if (from.sizeOf(use.path) > maxFileBytes) return { refused: 'limit' }
    const raw = await from.read(use.path, maxFileBytes)
    const bytes = isSubtitle ? webVttOf(raw) : raw
    const digest = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
    const id = await importedId(key, 'file', category, name, digest)
    if (isDryRun) return { id }
    try {
      await ours.stored.store({ id, ownerId: importer.userId, category, name }, bytes)
      return { id }
    } catch (error) {
      return { refused: ours.stored.refusalIn(error) }
    }
  }

  async function lessonOf(
    key: string,
    lesson: PackageLesson,
    from: PackageFiles,
    isDryRun: boolean,
    left: Loss[],
  ) {
    const placed = new Map<string, { id: string; use: Use }>()
    let content = lesson.content
    for (const use of lesson.files) {
      const found = await place(key, from, use, isDryRun)
      if ('id' in found) {
        placed.set(use.path, { id: found.id, use })
        content = content.replaceAll(fileAddress(use.path), ours.courses.addressOf(found.id))
      } else {
        left.push({
          lesson: lesson.key,
          path: use.path,
          code: found.refused,
          message: words[found.refused] ?? 'Cannot be taken.',
        })
        content = withoutAddress(content, fileAddress(use.path))
      }
    }
    return { ...partsOf(lesson, placed), content }
  }

  return async (
    format: PackageFormat,
    from: PackageFiles,
    { key: wantedKey, category, level, isDryRun = false }: ImportedPackageOptions,
  ): Promise<{ readonly row: unknown; readonly left: readonly Loss[] }> => {
    const course = await coursePackages.read(format, from)
    if (course.lessons.length === 0)
      throw new PackageUnreadable('not_a_package', 'There is nothing in it that could be a lesson here.')
    const left: Loss[] = course.left.map(({ lesson, name, code, message }) => ({
      lesson,
      path: name,
      code,
      message,
    }))
    const cut = (text: string, max: number, path: string) => {
      if (text.length > max)
        left.push({
          lesson: null,
          path,
          code: 'cut',
          message: `Is longer than ${max} characters, and was cut off.`,
        })
      return text.slice(0, max).toWellFormed().replaceAll('\uFFFD', '')
    }
    const key = wantedKey ?? (slug(course.name) || slug(course.title) || 'course')
    const title =
      course.title.trim().length >= 3 ? course.title.trim() : `Course ${course.title.trim() || key}`
    const lessons: unknown[] = []
    for (const lesson of course.lessons)
      lessons.push(await lessonOf(key, lesson, course.files, isDryRun, left))
    const row = {
      key,
      title: cut(title, maxCourseTitle, 'title'),
      description: cut(course.description, maxDescription, 'description'),
      ...(category && { category }),
      ...(level && { level }),
      modules: course.modules,
      lessons,
    }
    return { row, left }
  }
}

function partsOf({ key, title, description, module, videoUrl, links, quiz }: PackageLesson, placed: Placed) {
  const all = [...placed.values()]
  const [video] = all.filter(({ use }) => use.use === 'video')
  return {
    key,
    title,
    description,
    module,
    videoUrl: video ? null : videoUrl,
    ...(video && { videoFileId: video.id }),
    resources: [
      ...links.map((link) => ({ ...link, type: 'link' })),
      ...all
        .filter(({ use }) => use.use === 'resource')
        .map(({ id, use }) => ({
          title: use.title,
          type: /\.pdf$/i.test(use.path) ? 'pdf' : 'download',
          fileId: id,
        })),
    ],
    captions: all
      .filter(({ use }) => use.use === 'captions')
      .map(({ id, use }) => ({ fileId: id, language: use.language ?? 'en', kind: 'subtitles' })),
    ...(quiz && {
      quiz: {
        questions: quiz.questions,
        ...(quiz.passPercent !== null && { passPercent: quiz.passPercent }),
        maxAttempts: quiz.maxAttempts,
      },
    }),
  }
}

export type ReadPackage = ReturnType<typeof createReadPackage>

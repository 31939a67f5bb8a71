import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { sha256 } from '../../../ports/sha256.ts'
import type { Actor } from '../../kernel/actor.ts'
import { preconditionFailed, validationError } from '../../kernel/errors.ts'
import { meets, type Precondition } from '../../kernel/precondition.ts'
import type { Versioned } from '../../kernel/versioned.ts'
import type { StoredQuiz } from '../quizzes/quizzes.model.ts'
import type { Quizzes } from '../quizzes/quizzes.ts'
import { quizOutlineOf } from '../quizzes/standing.model.ts'
import type { Author, AuthorCourses } from './author-courses.ts'
import { type ChangeDraft, type DraftOutline, findIn, numbered, placed, placeIn } from './change-draft.ts'
import { type ContentParts, fileIdsOf, type LessonFiles, noParts } from './lesson-files.ts'
import { lengthOf } from './lesson-length.ts'
import {
  type DraftLesson,
  type LessonContent,
  type LessonOutline,
  lessonContents,
  maxLessons,
  type NewLesson,
  secondsOf,
  tooManyLessons,
  type UpdateLesson,
} from './lessons.model.ts'
import type { Versions } from './versions.ts'
import { doubtfulRules, requirePossible } from './watch-rules.model.ts'

const contentFields = [
  'content',
  'videoFileId',
  'videoUrl',
  'resources',
  'captions',
  'transcript',
  'quiz',
] as const

export const contentOf = (
  id: string,
  courseId: string,
  lessonId: string,
  parts: ContentParts,
  quiz: StoredQuiz | null,
): LessonContent => ({ id, courseId, lessonId, ...parts, ...(quiz ? { quiz } : {}) })

export const outlineOf = (
  id: string,
  contentId: string,
  {
    title,
    description,
    duration,
    durationSeconds,
    moduleId,
    minimumSeconds,
    watchPercent,
  }: Omit<
    NewLesson,
    'resources' | 'content' | 'videoFileId' | 'videoUrl' | 'captions' | 'transcript' | 'quiz'
  >,
  {
    order,
    videoSeconds = null,
    fileIds = [],
    quiz = null,
  }: {
    readonly order: number
    readonly videoSeconds?: number | null
    readonly fileIds?: readonly string[]
    readonly quiz?: StoredQuiz | null
  },
): LessonOutline => ({
  id,
  title,
  description,
  ...lengthOf({ duration, durationSeconds }, null, videoSeconds),
  order,
  moduleId,
  minimumSeconds,
  watchPercent,
  contentId,
  fileIds,
  ...(quiz ? { quiz: quizOutlineOf(quiz) } : {}),
})

function requireModule({ modules = [] }: DraftOutline, moduleId: string | null): void {
  if (moduleId !== null && !modules.some(({ id }) => id === moduleId))
    throw validationError([
      { path: 'moduleId', code: 'unknown_module', message: 'Must be a module of this course.' },
    ])
}

/** What there is of a lesson but its place, which others change by moving theirs. */
const textOf = (lesson: LessonOutline): string => JSON.stringify({ ...lesson, order: 0 })
const versionOf = async (lesson: LessonOutline): Promise<string> =>
  encodeBase64url((await sha256(textOf(lesson))).subarray(0, 16))

/**
 * Changes the lessons of a draft; nobody who takes part notices before the next version is published. Content is
 * stored first, under a new id; the draft that names it is the commit.
 */
export function createEditLessons(
  { documents, ids }: Needs<'documents' | 'ids'>,
  domain: {
    readonly authorCourses: AuthorCourses
    readonly versions: Versions
    readonly lessonFiles: LessonFiles
    readonly changeDraft: ChangeDraft
    readonly quizzes: Pick<Quizzes, 'keep' | 'ofAuthor'>
  },
) {
  const { authorCourses, versions, lessonFiles, changeDraft, quizzes } = domain

  async function storeContent(
    courseId: string,
    lessonId: string,
    parts: ContentParts,
    quiz: StoredQuiz | null,
  ): Promise<string> {
    const id = ids.next()
    await documents.insert(lessonContents, contentOf(id, courseId, lessonId, parts, quiz))
    return id
  }

  async function describe(courseId: string, lesson: LessonOutline): Promise<DraftLesson> {
    const { id, title, description, duration, order, minimumSeconds, watchPercent, contentId } = lesson
    const content = await versions.readContent(courseId, contentId)
    return {
      id,
      title,
      description,
      duration,
      durationSeconds: secondsOf(lesson),
      order,
      moduleId: lesson.moduleId ?? null,
      ...(await lessonFiles.openParts(content)),
      videoSeconds: lesson.videoSeconds ?? null,
      minimumSeconds,
      watchPercent,
      quiz: content.quiz ? quizzes.ofAuthor(content.quiz) : null,
      warnings: [...doubtfulRules(lesson)],
    }
  }

  const versioned = async (courseId: string, lesson: LessonOutline): Promise<Versioned<DraftLesson>> => ({
    value: await describe(courseId, lesson),
    version: await versionOf(lesson),
  })

  async function add(
    author: Author,
    courseId: string,
    id: string,
    given: NewLesson,
  ): Promise<Versioned<DraftLesson>> {
    const draft = (await versions.readDraft(courseId)).value
    if (draft.lessons.length >= maxLessons) throw tooManyLessons()
    requireModule(draft, given.moduleId)
    const parts = lessonFiles.partsOf(given, noParts)
    const videoSeconds = await lessonFiles.claim(author, courseId, parts, [])
    const quiz = given.quiz ? await quizzes.keep(given.quiz, null) : null
    const contentId = await storeContent(courseId, id, parts, quiz)
    const { lessons } = await changeDraft(courseId, (latest) => {
      const { lessons } = latest
      if (lessons.length >= maxLessons) throw tooManyLessons()
      requireModule(latest, given.moduleId)
      const order = Math.min(given.order ?? placeIn(latest, given.moduleId), lessons.length + 1)
      const fileIds = fileIdsOf(parts)
      const lesson = outlineOf(id, contentId, given, { order, videoSeconds, fileIds, quiz })
      requirePossible(lesson)
      return { lessons: placed(lessons, lesson, order) }
    })
    return versioned(courseId, findIn(lessons, id))
  }

  /** The content as it will be, stored; null when nothing of it is named. */
  async function changeContent(author: Author, courseId: string, known: LessonOutline, given: UpdateLesson) {
    if (!contentFields.some((field) => field in given)) return null
    const before = await versions.readContent(courseId, known.contentId)
    const parts = lessonFiles.partsOf(given, before)
    const newVideoSeconds = await lessonFiles.claim(author, courseId, parts, fileIdsOf(before))
    const isSameVideo = parts.videoFileId === before.videoFileId
    const knownQuiz = before.quiz ?? null
    const quiz =
      given.quiz === undefined ? knownQuiz : given.quiz && (await quizzes.keep(given.quiz, knownQuiz))
    return {
      quiz,
      contentId: await storeContent(courseId, known.id, parts, quiz),
      fileIds: fileIdsOf(parts),
      videoSeconds: isSameVideo ? (known.videoSeconds ?? null) : newVideoSeconds,
    }
  }

  async function update(
    author: Author,
    courseId: string,
    lessonId: string,
    given: UpdateLesson,
    precondition?: Precondition,
  ): Promise<Versioned<DraftLesson>> {
    const draft = (await versions.readDraft(courseId)).value
    if (given.moduleId !== undefined) requireModule(draft, given.moduleId)
    const known = findIn(draft.lessons, lessonId)
    if (precondition && !meets(precondition, await versionOf(known))) throw preconditionFailed()
    const content = await changeContent(author, courseId, known, given)
    const { lessons } = await changeDraft(courseId, (latest) => {
      const lesson = findIn(latest.lessons, lessonId)
      if (precondition && textOf(lesson) !== textOf(known)) throw preconditionFailed()
      const { videoSeconds: _, durationSeconds: __, quiz: knownQuiz, ...kept } = lesson
      const quiz = content ? content.quiz : knownQuiz
      const moduleId = given.moduleId === undefined ? (lesson.moduleId ?? null) : given.moduleId
      requireModule(latest, moduleId)
      const changed: LessonOutline = {
        ...kept,
        title: given.title ?? lesson.title,
        description: given.description ?? lesson.description,
        ...lengthOf(given, lesson, content ? content.videoSeconds : (lesson.videoSeconds ?? null)),
        moduleId,
        minimumSeconds: given.minimumSeconds ?? lesson.minimumSeconds,
        watchPercent: given.watchPercent ?? lesson.watchPercent,
        ...(content && { contentId: content.contentId, fileIds: content.fileIds }),
        ...(quiz && { quiz: quizOutlineOf(quiz) }),
      }
      requirePossible(changed)
      const order = given.order ?? lesson.order
      return { lessons: placed(latest.lessons, changed, order) }
    })
    return versioned(courseId, findIn(lessons, lessonId))
  }

  return {
    addAs: add,
    updateAs: update,

    async add(actor: Actor, courseId: string, given: NewLesson): Promise<Versioned<DraftLesson>> {
      await authorCourses.readOwn(actor, courseId)
      return add(actor, courseId, ids.next(), given)
    },

    async read(actor: Actor, courseId: string, lessonId: string): Promise<Versioned<DraftLesson>> {
      await authorCourses.readOwn(actor, courseId)
      return versioned(courseId, findIn((await versions.readDraft(courseId)).value.lessons, lessonId))
    },

    async update(
      actor: Actor,
      courseId: string,
      lessonId: string,
      given: UpdateLesson,
      precondition?: Precondition,
    ): Promise<Versioned<DraftLesson>> {
      await authorCourses.readOwn(actor, courseId)
      return update(actor, courseId, lessonId, given, precondition)
    },

    async remove(actor: Actor, courseId: string, lessonId: string): Promise<void> {
      await authorCourses.readOwn(actor, courseId)
      await changeDraft(courseId, ({ lessons }) => {
        findIn(lessons, lessonId)
        return { lessons: numbered(lessons.filter(({ id }) => id !== lessonId)) }
      })
    },
  }
}

export type EditLessons = ReturnType<typeof createEditLessons>

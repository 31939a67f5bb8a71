import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound, validationError } from '../../kernel/errors.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { Author, AuthorCourses } from './author-courses.ts'
import { courseVersions } from './courses.model.ts'
import {
  type DraftLesson,
  type LessonContent,
  type LessonOutline,
  lessonContents,
  maxLessons,
  type NewLesson,
  tooManyLessons,
  type UpdateLesson,
} from './lessons.model.ts'
import type { Versions } from './versions.ts'

/** Where a lesson's video may come from. Throws when the author may not use that file. */
export type ClaimVideo = (author: Author, courseId: string, fileId: string) => Promise<void>

type Content = Pick<LessonContent, 'content' | 'videoFileId' | 'videoUrl' | 'resources'>

const numbered = (lessons: readonly LessonOutline[]): LessonOutline[] =>
  lessons.map((lesson, index) => ({ ...lesson, order: index + 1 }))

function placed(lessons: readonly LessonOutline[], lesson: LessonOutline, order: number): LessonOutline[] {
  const others = lessons.filter(({ id }) => id !== lesson.id)
  return numbered([...others.slice(0, order - 1), lesson, ...others.slice(order - 1)])
}

export const contentOf = (
  id: string,
  courseId: string,
  lessonId: string,
  { content, videoFileId, videoUrl, resources }: Content,
): LessonContent => ({ id, courseId, lessonId, content, videoFileId, videoUrl, resources })

export const outlineOf = (
  id: string,
  contentId: string,
  { title, description, duration, minimumSeconds, watchPercent }: NewLesson,
  order: number,
): LessonOutline => ({ id, title, description, duration, order, minimumSeconds, watchPercent, contentId })

/**
 * Changes the lessons of a draft; nobody who takes part notices before the next version is published. Content is
 * stored first, under a new id; the draft that names it is the commit.
 */
export function createEditLessons(
  { documents, ids }: Needs<'documents' | 'ids'>,
  domain: {
    readonly authorCourses: AuthorCourses
    readonly versions: Versions
    readonly claimVideo: ClaimVideo
  },
) {
  const { authorCourses, versions, claimVideo } = domain

  async function storeContent(
    author: Author,
    courseId: string,
    lessonId: string,
    given: Content,
  ): Promise<string> {
    if (given.videoFileId !== null && given.videoUrl !== null)
      throw validationError([
        { path: 'videoUrl', code: 'two_videos', message: 'Give a file or an address, not both.' },
      ])
    if (given.videoFileId !== null) await claimVideo(author, courseId, given.videoFileId)
    const id = ids.next()
    await documents.insert(lessonContents, contentOf(id, courseId, lessonId, given))
    return id
  }

  const changeDraft = (
    courseId: string,
    change: (lessons: readonly LessonOutline[]) => LessonOutline[],
  ): Promise<readonly LessonOutline[]> =>
    retryOnConflict(async () => {
      const { value, version } = await versions.readDraft(courseId)
      const lessons = change(value.lessons)
      await documents.replace(courseVersions, { ...value, lessons }, version)
      return lessons
    })

  const find = (lessons: readonly LessonOutline[], lessonId: string): LessonOutline => {
    const lesson = lessons.find(({ id }) => id === lessonId)
    if (!lesson) throw notFound()
    return lesson
  }

  async function describe(courseId: string, lesson: LessonOutline): Promise<DraftLesson> {
    const { id, title, description, duration, order, minimumSeconds, watchPercent, contentId } = lesson
    const { content, videoFileId, videoUrl, resources } = await versions.readContent(courseId, contentId)
    return {
      id,
      title,
      description,
      duration,
      order,
      content,
      videoFileId,
      videoUrl,
      resources: [...resources],
      minimumSeconds,
      watchPercent,
    }
  }

  async function add(author: Author, courseId: string, id: string, given: NewLesson): Promise<DraftLesson> {
    const draft = await versions.readDraft(courseId)
    if (draft.value.lessons.length >= maxLessons) throw tooManyLessons()
    const contentId = await storeContent(author, courseId, id, given)
    const lessons = await changeDraft(courseId, (known) => {
      if (known.length >= maxLessons) throw tooManyLessons()
      const order = Math.min(given.order ?? known.length + 1, known.length + 1)
      return placed(known, outlineOf(id, contentId, given, order), order)
    })
    return describe(courseId, find(lessons, id))
  }

  async function update(
    author: Author,
    courseId: string,
    lessonId: string,
    given: UpdateLesson,
  ): Promise<DraftLesson> {
    const known = find((await versions.readDraft(courseId)).value.lessons, lessonId)
    const isContent = ['content', 'videoFileId', 'videoUrl', 'resources'].some((field) => field in given)
    const contentId = isContent
      ? await storeContent(author, courseId, lessonId, {
          ...(await versions.readContent(courseId, known.contentId)),
          ...given,
        } as Content)
      : undefined
    const lessons = await changeDraft(courseId, (latest) => {
      const lesson = find(latest, lessonId)
      const changed = {
        ...lesson,
        title: given.title ?? lesson.title,
        description: given.description ?? lesson.description,
        duration: given.duration ?? lesson.duration,
        minimumSeconds: given.minimumSeconds ?? lesson.minimumSeconds,
        watchPercent: given.watchPercent ?? lesson.watchPercent,
        contentId: contentId ?? lesson.contentId,
      }
      return placed(latest, changed, given.order ?? lesson.order)
    })
    return describe(courseId, find(lessons, lessonId))
  }

  return {
    addAs: add,
    updateAs: update,
    changeDraft,

    async add(actor: Actor, courseId: string, given: NewLesson): Promise<DraftLesson> {
      await authorCourses.readOwn(actor, courseId)
      return add(actor, courseId, ids.next(), given)
    },

    async read(actor: Actor, courseId: string, lessonId: string): Promise<DraftLesson> {
      await authorCourses.readOwn(actor, courseId)
      return describe(courseId, find((await versions.readDraft(courseId)).value.lessons, lessonId))
    },

    async update(
      actor: Actor,
      courseId: string,
      lessonId: string,
      given: UpdateLesson,
    ): Promise<DraftLesson> {
      await authorCourses.readOwn(actor, courseId)
      return update(actor, courseId, lessonId, given)
    },

    async remove(actor: Actor, courseId: string, lessonId: string): Promise<void> {
      await authorCourses.readOwn(actor, courseId)
      await changeDraft(courseId, (lessons) => {
        find(lessons, lessonId)
        return numbered(lessons.filter(({ id }) => id !== lessonId))
      })
    },
  }
}

export type EditLessons = ReturnType<typeof createEditLessons>

import type { Quiz, StoredQuiz } from '../quizzes/quizzes.model.ts'
import { languageName, type NewResource, type StoredCaption } from './lesson-parts.model.ts'
import { type LessonContent, type LessonOutline, NewLesson, secondsOf } from './lessons.model.ts'
import type { Fields } from './merge-fields.ts'

/*
 * A lesson as one level of fields, in one spelling, whether it comes from a file or from the store: so that the two can
 * be compared.
 */

const resourceOf = ({ title, url = '', type, fileId }: NewResource) =>
  (fileId ?? null) === null ? { title, url, type } : { title, type, fileId }

const captionOf = ({
  fileId,
  language,
  label,
  kind,
}: Omit<StoredCaption, 'label'> & { readonly label?: string | undefined }) => ({
  fileId,
  language,
  label: label ?? languageName(language),
  kind,
})

/** By its place, where it has no id of its own. */
const withId = <T extends { readonly id?: string | undefined }>(letter: string, items: readonly T[]): T[] => {
  const taken = new Set(items.map(({ id }) => id))
  return items.map((item, i) => {
    if (item.id !== undefined) return item
    let id = `${letter}${i + 1}`
    while (taken.has(id)) id += letter
    taken.add(id)
    return { ...item, id }
  })
}

const quizOf = ({ questions, ...quiz }: Quiz): Quiz => ({
  ...quiz,
  questions: withId('q', questions).map((question) =>
    'choices' in question ? { ...question, choices: withId('c', question.choices) } : question,
  ),
})

type Spelled = Partial<Pick<NewLesson, 'resources' | 'captions' | 'quiz'>>

export const spelled = <T extends Spelled>(lesson: T): T => ({
  ...lesson,
  ...(lesson.resources && { resources: lesson.resources.map(resourceOf) }),
  ...(lesson.captions && { captions: lesson.captions.map(captionOf) }),
  ...(lesson.quiz && { quiz: quizOf(lesson.quiz) }),
})

export function storedFieldsOf(outline: LessonOutline, content: LessonContent): Fields {
  const { title, description, duration, minimumSeconds, watchPercent } = outline
  const { videoFileId, videoUrl, resources, captions = [], transcript = null } = content
  return {
    title,
    description,
    duration,
    durationSeconds: secondsOf(outline),
    moduleId: outline.moduleId ?? null,
    minimumSeconds,
    watchPercent,
    content: content.content,
    videoFileId,
    videoUrl,
    ...spelled({ resources: [...resources], captions: [...captions] }),
    transcript,
    quiz: content.quiz ? ofFile(content.quiz) : null,
  }
}

const ofFile = ({ id: _, seed: __, ...quiz }: StoredQuiz): Quiz => quizOf(quiz)

/** What a lesson is that nobody said more about. */
export const lessonDefaults: Fields = {
  ...NewLesson.parse({ title: 'Any' }),
  quiz: null,
  duration: 0,
  durationSeconds: 0,
}

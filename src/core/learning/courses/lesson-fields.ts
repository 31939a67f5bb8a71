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

type Spelled = Partial<Pick<NewLesson, 'resources' | 'captions'>>

export const spelled = <T extends Spelled>(lesson: T): T => ({
  ...lesson,
  ...(lesson.resources && { resources: lesson.resources.map(resourceOf) }),
  ...(lesson.captions && { captions: lesson.captions.map(captionOf) }),
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
  }
}

/** What a lesson is that nobody said more about. */
export const lessonDefaults: Fields = {
  ...NewLesson.parse({ title: 'Any' }),
  duration: 0,
  durationSeconds: 0,
}

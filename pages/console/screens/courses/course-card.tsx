import { isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { type Changes, changedBySomebody, changesOf, isThere } from '../../state/changes.ts'
import { addressOf } from '../../state/place.ts'
import { askTagged, ifStill, type Tagged } from '../../state/tagged.ts'
import { Section } from '../../view/parts/fields.tsx'
import { SaveForm } from '../../view/parts/form-fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { type Card, CardFields } from './card-fields.tsx'
import { useCourse } from './read-course.ts'
import type { CourseDraft } from './words.ts'

const wordsOf: Readonly<Record<keyof Card, string>> = {
  title: 'the title',
  description: 'the description',
  category: 'the category',
  level: 'the level',
  thumbnail: 'the picture',
  thumbnailFileId: 'the picture',
  instructor: 'who teaches it',
  isSequential: 'the order of lessons',
  capacity: 'the places',
  enrollmentMode: 'who gets in',
  prerequisites: 'what is to be completed before',
}

/** As the API takes it: a picture is either here or elsewhere. */
function changeOf({ thumbnail, thumbnailFileId, prerequisites, instructor, ...rest }: Partial<Card>) {
  const { name = '', ...others } = instructor ?? {}
  return {
    ...rest,
    ...(thumbnailFileId ? { thumbnailFileId } : thumbnailFileId === null ? { thumbnail: null } : {}),
    ...(instructor ? { instructor: { ...others, ...(name.trim() === '' ? {} : { name }) } } : {}),
    ...(prerequisites ? { prerequisites: prerequisites.map(({ id }) => id) } : {}),
  }
}

function CardForm({
  id,
  course,
  changes,
  put,
}: {
  id: string
  course: Tagged<CourseDraft>
  changes: Changes<Card>
  put: (course: Tagged<CourseDraft>) => void
}) {
  const param = { id }
  /** Somebody else was faster: what they changed is shown, and what was typed here stays. */
  const meet = async () => {
    await attempt(
      () => askTagged(v1.courses[':id'].draft.$get({ param })),
      (latest) => {
        const both = changedBySomebody<Card>(changes.now, course.value, latest.value)
        put(latest)
        if (isThere<Card>(changes.now, latest.value)) return isSaved()
        const what = [...new Set(both.map((name) => wordsOf[name]))].join(', ')
        tell(
          what === ''
            ? 'Somebody else changed something else of this course meanwhile. It is shown now. Save again.'
            : `Somebody else changed ${what} meanwhile. What you typed is still here: save again to replace it.`,
          { isProblem: true },
        )
      },
    )
  }
  const isSaved = () => {
    changes.forget()
    tell('Saved. Everybody sees it now, except the order of lessons, which comes with the next version.')
  }
  const save = async () => {
    const work = () =>
      askTagged(v1.courses[':id'].$patch({ param, json: changeOf(changes.now) }, ifStill(course.tag)))
    const answer = await work()
    if (!answer.ok && answer.problem.status === 412) return meet()
    await attempt(
      async () => answer,
      (saved) => {
        put(saved)
        isSaved()
      },
    )
  }
  return (
    <SaveForm action="Save" save={save} isUnchanged={changes.isEmpty}>
      <CardFields uploadKey={`card ${id}`} card={{ ...course.value, ...changes.now }} put={changes.put} />
    </SaveForm>
  )
}

export function CourseCard({ id }: { id: string }) {
  const { load, value, again, put } = useCourse(id)
  const changes = changesOf<Card>(`card ${id}`)
  return (
    <>
      <ScreenHead
        title="About the course"
        back={{ href: addressOf('courses', id), words: value?.value.title ?? 'The course' }}
      />
      {value ? (
        <Section title="What the catalog says">
          <CardForm id={id} course={value} changes={changes} put={put} />
        </Section>
      ) : isProblem(load) ? (
        <Failed problem={load} retry={again} />
      ) : (
        <Loading of="the course" />
      )}
    </>
  )
}

import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { wholeTime } from '../../../base/text/times.ts'
import { confirm, openDialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { addressOf, go } from '../../state/place.ts'
import { Facts, Section, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Outline } from './outline.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import { useCourse } from './read-course.ts'
import { type CourseDraft, categories, levels, stateLook, stateWords } from './words.ts'

const versionWords = ({ version, hasUnpublishedChanges, state }: CourseDraft): string =>
  version === 0
    ? 'Never published'
    : `${version}${state === 'published' && !hasUnpublishedChanges ? ', and the draft is the same' : ', and the draft is another'}`

function Problems({ of: { problems } }: { of: CourseDraft }) {
  if (problems.length === 0) return null
  return (
    <Section title="What learners would miss">
      <ul class="points">
        {problems.map(({ path, code, message }) => (
          <li key={`${path} ${code}`}>{message}</li>
        ))}
      </ul>
    </Section>
  )
}

function Actions({ course, again }: { course: CourseDraft; again: () => void }) {
  const { id, state, version } = course
  const remove = () =>
    attempt(
      () => ask(v1.courses[':id'].$delete({ param: { id } })),
      () => {
        tell(version > 0 ? 'The course is archived.' : 'The draft is deleted.')
        if (version > 0) again()
        else go('courses')
      },
    )
  const askToRemove = () =>
    version > 0
      ? confirm(
          'Archive this course?',
          'It leaves the catalog and nobody new gets in. Whoever takes part goes on. Publishing it again brings it back.',
          'Archive it',
          () => loosely(remove),
        )
      : confirm(
          'Delete this draft?',
          'The course, its lessons and its files are removed. This cannot be undone.',
          'Delete it',
          () => loosely(remove),
        )
  return (
    <>
      {state !== 'archived' && (
        <button type="button" onClick={askToRemove}>
          {version > 0 ? 'Archive' : 'Delete'}
        </button>
      )}
      {(state !== 'published' || course.hasUnpublishedChanges) && (
        <button
          type="button"
          class="primary"
          onClick={() => openDialog(() => <PublishDialog course={course} done={again} />)}
        >
          {state === 'archived' ? 'Publish again' : 'Publish'}
        </button>
      )}
    </>
  )
}

/** A course as its author has it before them. */
export function Course({ id }: { id: string }) {
  const { load, value, again } = useCourse(id)
  const back = { href: addressOf('courses'), words: 'All courses' }
  if (!value)
    return (
      <>
        <ScreenHead title="Course" back={back} />
        {isProblem(load) ? <Failed problem={load} retry={again} /> : <Loading of="the course" />}
      </>
    )
  const course = value.value
  const wordsIn = (pairs: readonly (readonly [string, string])[], wanted: string) =>
    pairs.find(([each]) => each === wanted)?.[1] ?? wanted
  return (
    <>
      <ScreenHead title={course.title} back={back}>
        <Actions course={course} again={again} />
      </ScreenHead>
      {isProblem(load) && <Failed problem={load} retry={again} />}
      <Section title="About the course">
        <Facts
          facts={[
            ['State', <Tag look={stateLook[course.state]}>{stateWords[course.state]}</Tag>],
            ['Version that new learners start', versionWords(course)],
            ['Category', wordsIn(categories, course.category)],
            ['Level', wordsIn(levels, course.level)],
            ['Who teaches it', course.instructor.name],
            ['Places', course.capacity === null ? 'As many as want to' : String(course.capacity)],
            ['Changed', wholeTime(course.updatedAt)],
          ]}
        />
        <nav class="row wrap" aria-label="Parts of the course">
          <a class="button" href={addressOf('courses', id, 'card')}>
            Edit what the catalog says
          </a>
          <a class="button" href={addressOf('courses', id, 'people')}>
            People and their progress
          </a>
          <a class="button" href={addressOf('courses', id, 'requests')}>
            Requests for a place
          </a>
        </nav>
      </Section>
      <Problems of={course} />
      <Outline course={course} again={again} />
    </>
  )
}

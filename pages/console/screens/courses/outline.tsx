import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { Icon } from '../../../base/view/icon.tsx'
import { addressOf } from '../../state/place.ts'
import { Section } from '../../view/parts/fields.tsx'
import { SaveForm, TextField } from '../../view/parts/form-fields.tsx'
import { renameModule } from './rename-module.tsx'
import { type CourseDraft, type Module, minutesOf, type OutlineLesson } from './words.ts'

interface Moves {
  readonly name: string
  readonly place: number
  readonly count: number
  readonly move: (by: 1 | -1) => void
}

/** Two buttons that stay where they are: who moves something by keyboard can go on. */
function MoveButtons({ name, place, count, move }: Moves) {
  const button = (by: 1 | -1, isThere: boolean) => (
    <button
      type="button"
      class="round"
      aria-disabled={!isThere}
      aria-label={`Move ${name} ${by < 0 ? 'up' : 'down'}`}
      onClick={() => isThere && move(by)}
    >
      <Icon name={by < 0 ? 'up' : 'down'} />
    </button>
  )
  return (
    <>
      {button(-1, place > 0)}
      {button(1, place < count - 1)}
    </>
  )
}

function AddField({ label, add }: { label: string; add: (title: string) => Promise<boolean> }) {
  const title = useSignal('')
  return (
    <SaveForm
      action={label}
      save={async () => {
        if (await add(title.peek())) title.value = ''
      }}
    >
      <TextField
        label="Title"
        value={title.value}
        maxLength={200}
        isRequired
        onInput={(words) => {
          title.value = words
        }}
      />
    </SaveForm>
  )
}

function Lessons({
  course: { id: courseId },
  lessons,
  again,
}: {
  course: CourseDraft
  lessons: readonly OutlineLesson[]
  again: () => void
}) {
  const one = v1.courses[':id'].lessons[':lessonId']
  const move = (lesson: OutlineLesson, at: number, by: 1 | -1) => {
    const order = lessons[at + by]?.order
    if (order === undefined) return
    loosely(() =>
      attempt(
        () => ask(one.$patch({ param: { id: courseId, lessonId: lesson.id }, json: { order } })),
        () => {
          tell(`${lesson.title} is at place ${at + by + 1} of ${lessons.length}.`)
          again()
        },
      ),
    )
  }
  const remove = ({ id: lessonId, title }: OutlineLesson) =>
    confirm(
      'Remove this lesson?',
      `“${title}” is not in the next version. Whoever takes part in a version that has it keeps it.`,
      'Remove it',
      () =>
        loosely(() =>
          attempt(
            () => ask(one.$delete({ param: { id: courseId, lessonId } })),
            () => {
              tell('The lesson is removed from the draft.')
              again()
            },
          ),
        ),
    )
  if (lessons.length === 0) return <p class="quiet">No lessons yet.</p>
  return (
    <ol class="lines">
      {lessons.map((lesson, at) => (
        <li key={lesson.id} class="row">
          <span class="grow">
            <a href={addressOf('courses', courseId, lesson.id)}>{lesson.title}</a>{' '}
            <span class="quiet small">{minutesOf(lesson.duration)}</span>
          </span>
          <MoveButtons
            name={lesson.title}
            place={at}
            count={lessons.length}
            move={(by) => move(lesson, at, by)}
          />
          <button
            type="button"
            class="round"
            aria-label={`Remove ${lesson.title}`}
            onClick={() => remove(lesson)}
          >
            <Icon name="trash" />
          </button>
        </li>
      ))}
    </ol>
  )
}

/** Modules and lessons in their order. */
export function Outline({ course, again }: { course: CourseDraft; again: () => void }) {
  const { id, modules, lessons } = course
  const param = { id }
  const modulesApi = v1.courses[':id'].modules
  const within = (moduleId: string | null) => lessons.filter((lesson) => lesson.moduleId === moduleId)
  const addLesson = (moduleId: string | null) => (title: string) =>
    attempt(
      () => ask(v1.courses[':id'].lessons.$post({ param, json: { title, moduleId } })),
      () => {
        tell('The lesson is added. Open it to write it.')
        again()
      },
    )
  const move = ({ id: moduleId, title }: Module, at: number, by: 1 | -1) =>
    loosely(() =>
      attempt(
        () => ask(modulesApi[':moduleId'].$patch({ param: { id, moduleId }, json: { order: at + by + 1 } })),
        () => {
          tell(`${title} is at place ${at + by + 1} of ${modules.length}.`)
          again()
        },
      ),
    )
  const remove = ({ id: moduleId, title }: Module) =>
    confirm('Remove this module?', `“${title}” is taken away. It has to be empty.`, 'Remove it', () =>
      loosely(() =>
        attempt(
          () => ask(modulesApi[':moduleId'].$delete({ param: { id, moduleId } })),
          () => {
            tell('The module is removed from the draft.')
            again()
          },
        ),
      ),
    )
  return (
    <>
      {modules.map((module, at) => (
        <Section key={module.id} title={module.title}>
          <div class="row end">
            <button
              type="button"
              onClick={() => renameModule({ courseId: id, module, done: again })}
              aria-label={`Rename ${module.title}`}
            >
              Rename
            </button>
            <MoveButtons
              name={module.title}
              place={at}
              count={modules.length}
              move={(by) => move(module, at, by)}
            />
            <button
              type="button"
              class="round"
              aria-label={`Remove ${module.title}`}
              onClick={() => remove(module)}
            >
              <Icon name="trash" />
            </button>
          </div>
          <Lessons course={course} lessons={within(module.id)} again={again} />
          <details>
            <summary>Add a lesson to this module</summary>
            <AddField label="Add the lesson" add={addLesson(module.id)} />
          </details>
        </Section>
      ))}
      {(modules.length === 0 || within(null).length > 0) && (
        <Section title={modules.length === 0 ? 'Lessons' : 'Lessons in no module'}>
          <Lessons course={course} lessons={within(null)} again={again} />
          <details open={lessons.length === 0}>
            <summary>Add a lesson</summary>
            <AddField label="Add the lesson" add={addLesson(null)} />
          </details>
        </Section>
      )}
      <Section title="Another module">
        <details>
          <summary>Add a module</summary>
          <AddField
            label="Add the module"
            add={(title) =>
              attempt(
                () => ask(modulesApi.$post({ param, json: { title } })),
                () => {
                  tell('The module is added.')
                  again()
                },
              )
            }
          />
        </details>
      </Section>
    </>
  )
}

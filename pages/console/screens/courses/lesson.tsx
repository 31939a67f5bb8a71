import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { changedBySomebody, changesOf } from '../../state/changes.ts'
import { addressOf } from '../../state/place.ts'
import { askTagged, ifStill } from '../../state/tagged.ts'
import { Choice, Section } from '../../view/parts/fields.tsx'
import { LongTextField, NumberField, SaveForm, TextField } from '../../view/parts/form-fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Captions } from './lesson-captions.tsx'
import { Papers } from './lesson-papers.tsx'
import { Video } from './lesson-video.tsx'
import { changeOf, type Writing, type Written, wordsOf } from './lesson-words.ts'
import { MarkdownField } from './markdown-field.tsx'
import { QuizEditor } from './quiz-editor.tsx'
import { useCourse } from './read-course.ts'
import type { DraftLesson, Module } from './words.ts'

const one = v1.courses[':id'].lessons[':lessonId']
const draftOf = v1.courses[':id'].draft.lessons[':lessonId']

function Basics({ lesson, put, modules }: Writing & { modules: readonly Module[] }) {
  return (
    <>
      <TextField
        label="Title"
        value={lesson.title}
        maxLength={200}
        isRequired
        onInput={(title) => put({ title })}
      />
      <LongTextField
        label="In short"
        help="Shown in the list of lessons."
        rows={2}
        value={lesson.description}
        maxLength={2_000}
        onInput={(description) => put({ description })}
      />
      <div class="fields">
        <NumberField
          label="Minutes"
          help="That of its video counts where there is one."
          value={lesson.duration}
          min={0}
          max={10_000}
          onInput={(duration) => put({ duration: duration ?? 0 })}
        />
        {modules.length > 0 && (
          <Choice
            label="Module"
            value={lesson.moduleId ?? ''}
            choices={[['', 'None'], ...modules.map(({ id, title }) => [id, title] as const)]}
            onChange={(id) => put({ moduleId: id === '' ? null : id })}
          />
        )}
      </div>
    </>
  )
}

function Rules({ lesson, put }: Writing) {
  return (
    <fieldset>
      <legend>Before it counts as completed</legend>
      <div class="fields">
        <NumberField
          label="Seconds to be spent on it"
          value={lesson.minimumSeconds}
          min={0}
          max={86_400}
          onInput={(seconds) => put({ minimumSeconds: seconds ?? 0 })}
        />
        <NumberField
          label="Percent of the video to be watched"
          value={lesson.watchPercent}
          min={0}
          max={100}
          onInput={(percent) => put({ watchPercent: percent ?? 0 })}
        />
      </div>
    </fieldset>
  )
}

function Transcript({ lesson: { transcript }, put }: Writing) {
  if (transcript && !('text' in transcript))
    return (
      <fieldset>
        <legend>Transcript</legend>
        <div class="row">
          <p class="grow">A file.</p>
          <button type="button" onClick={() => put({ transcript: null })}>
            Remove the transcript
          </button>
        </div>
      </fieldset>
    )
  return (
    <LongTextField
      label="Transcript"
      help="What is said in the video, for who reads it instead."
      value={transcript?.text ?? ''}
      maxLength={200_000}
      onInput={(text) => put({ transcript: { text } })}
    />
  )
}

function LessonForm({
  courseId,
  stored,
  modules,
  putStored,
}: {
  courseId: string
  stored: DraftLesson
  modules: readonly Module[]
  putStored: (lesson: DraftLesson) => void
}) {
  const param = { id: courseId, lessonId: stored.id }
  const changes = changesOf<Written>(`lesson ${stored.id}`)
  const writing: Writing = {
    uploadKey: `lesson ${stored.id}`,
    lesson: { ...stored, ...changes.now },
    put: changes.put,
  }
  /** Somebody else was faster: what they changed is shown, and what was typed here stays. */
  const meet = (latest: DraftLesson, both: readonly (keyof Written)[]) => {
    putStored(latest)
    const what = [...new Set(both.map((name) => wordsOf[name]))].join(', ')
    tell(`Somebody else changed ${what} meanwhile. What you typed is still here: save again to replace it.`, {
      isProblem: true,
    })
  }
  const save = async (): Promise<void> => {
    const latest = await askTagged(draftOf.$get({ param }))
    if (latest.ok) {
      const { value } = latest.value
      const both = changedBySomebody<Written>(changes.now, stored, value)
      if (both.length > 0) return meet(value, both)
    }
    const ifUnchanged = ifStill(latest.ok ? latest.value.tag : null)
    const answer = await ask(one.$patch({ param, json: changeOf(changes.now) }, ifUnchanged))
    if (!answer.ok && answer.problem.status === 412) return save()
    await attempt(
      async () => answer,
      (saved) => {
        putStored(saved)
        changes.forget()
        tell('Saved in the draft. Learners see it when the course is published.')
      },
    )
  }
  return (
    <SaveForm action="Save" save={save} isUnchanged={changes.isEmpty}>
      <Section title="The lesson">
        <Basics {...writing} modules={modules} />
        <MarkdownField
          label="Text"
          value={writing.lesson.content}
          maxLength={100_000}
          onInput={(content) => changes.put({ content })}
        />
      </Section>
      <Section title="Video">
        <Video {...writing} stored={stored} />
        <Captions {...writing} />
        <Transcript {...writing} />
      </Section>
      <Section title="Papers and links">
        <Papers {...writing} />
      </Section>
      <Section title="Quiz">
        <QuizEditor {...writing} />
      </Section>
      <Section title="Rules">
        <Rules {...writing} />
        {stored.warnings.length > 0 && (
          <ul class="points">
            {stored.warnings.map(({ path, code, message }) => (
              <li key={`${path} ${code}`}>{message}</li>
            ))}
          </ul>
        )}
      </Section>
    </SaveForm>
  )
}

/** One lesson of a draft. */
export function Lesson({ courseId, lessonId }: { courseId: string; lessonId: string }) {
  const course = useCourse(courseId)
  const lesson = useAsked(`lesson ${lessonId}`, () =>
    ask(draftOf.$get({ param: { id: courseId, lessonId } })),
  )
  return (
    <>
      <ScreenHead
        title={lesson.value?.title ?? 'Lesson'}
        back={{ href: addressOf('courses', courseId), words: course.value?.value.title ?? 'The course' }}
      />
      {lesson.value ? (
        <LessonForm
          courseId={courseId}
          stored={lesson.value}
          modules={course.value?.value.modules ?? []}
          putStored={lesson.put}
        />
      ) : isProblem(lesson.load) ? (
        <Failed problem={lesson.load} retry={lesson.again} />
      ) : (
        <Loading of="the lesson" />
      )}
    </>
  )
}

import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { changesOf } from '../../state/changes.ts'
import { Section } from '../../view/parts/fields.tsx'
import { CheckField, SaveForm } from '../../view/parts/form-fields.tsx'

const rulesApi = v1.admin['course-rules']
type Rules = Of<(typeof rulesApi)['$get']>

/** What is asked of every course before it is published. */
export function CourseRules() {
  const { load, value, again, put } = useAsked('course rules', () => ask(rulesApi.$get()))
  const changes = changesOf<Rules>('course rules')
  const save = () =>
    attempt(
      () => ask(rulesApi.$put({ json: { ...(value as Rules), ...changes.now } })),
      (saved) => {
        changes.forget()
        put(saved)
        tell('The rules are saved. What was published before stays as it is.')
      },
    )
  return (
    <Section title="Rules for all courses">
      {value ? (
        <SaveForm action="Save the rules" save={save} isUnchanged={changes.isEmpty}>
          <CheckField
            label="A lesson with a video is only published with captions"
            help="One whose video is elsewhere may have a transcript instead."
            value={{ ...value, ...changes.now }.areCaptionsRequired}
            onChange={(areCaptionsRequired) =>
              areCaptionsRequired === value.areCaptionsRequired
                ? changes.forget()
                : changes.put({ areCaptionsRequired })
            }
          />
        </SaveForm>
      ) : isProblem(load) ? (
        <Failed problem={load} retry={again} />
      ) : (
        <Loading of="the rules" />
      )}
    </Section>
  )
}

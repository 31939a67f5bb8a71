import { useState } from 'preact/hooks'
import { ask, isProblem, type Problem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import type { CourseDraft, Difference } from './words.ts'

function Titles({ head, of }: { head: string; of: readonly { id: string; title: string }[] }) {
  if (of.length === 0) return null
  return (
    <>
      <h3>{head}</h3>
      <ul class="points">
        {of.map(({ id, title }) => (
          <li key={id}>{title}</li>
        ))}
      </ul>
    </>
  )
}

function Differences({ of }: { of: Difference }) {
  const { added, removed, changed, isReordered, hasOtherModules, hasOtherSequence } = of
  const isNothing =
    added.length + removed.length + changed.length === 0 &&
    !isReordered &&
    !hasOtherModules &&
    !hasOtherSequence
  if (isNothing) return <p>The draft is the same as what was published last.</p>
  return (
    <>
      <Titles head="New lessons" of={added} />
      <Titles head="Changed lessons" of={changed} />
      <Titles head="Lessons that are gone" of={removed} />
      {isReordered && <p>Lessons are in another order.</p>}
      {hasOtherModules && of.from > 0 && <p>The modules, or what is in which, are others.</p>}
      {hasOtherSequence && <p>Whether lessons are to be taken in order is changed.</p>}
    </>
  )
}

/** What publishing changes, and the button that does it. */
export function PublishDialog({ course, done }: { course: CourseDraft; done: () => void }) {
  const { id, version } = course
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const difference = useAsked(`difference ${id}`, () =>
    ask(v1.courses[':id'].draft.difference.$get({ param: { id } })),
  )
  const publish = async () => {
    if (isSending) return
    setSending(true)
    const answer = await ask(v1.courses[':id'].publish.$post({ param: { id } }))
    setSending(false)
    if (!answer.ok) return setProblem(answer.problem)
    closeDialog()
    tell(`Published as version ${answer.value.version}.`)
    done()
  }
  return (
    <Dialog title={version === 0 ? 'Publish this course?' : `Publish version ${version + 1}?`}>
      {difference.value ? (
        <Differences of={difference.value} />
      ) : isProblem(difference.load) ? (
        <Failed problem={difference.load} retry={difference.again} />
      ) : (
        <Loading of="the difference" />
      )}
      <p class="quiet">
        {version === 0
          ? 'Everybody finds it in the catalog and can take part.'
          : 'New learners start this version. Whoever takes part stays with theirs until they move.'}
      </p>
      <p role="alert" class="problem">
        {problem?.message}
      </p>
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
        <button type="button" class="primary" aria-disabled={isSending} onClick={() => loosely(publish)}>
          {isSending ? 'One moment…' : 'Publish'}
        </button>
      </div>
    </Dialog>
  )
}

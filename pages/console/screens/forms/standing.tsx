import { useRef } from 'preact/hooks'
import { transitions } from '../../../../src/core/forms/transitions.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { myId } from '../../../base/state/session.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { addressOf } from '../../state/place.ts'
import { staffRole } from '../../state/staff.ts'
import { staffName } from '../../state/staff-directory.ts'
import { Facts, Moment, Section, Tag } from '../../view/parts/fields.tsx'
import { pickStaff } from '../../view/parts/pick-person.tsx'
import type { Change, Review } from './review.ts'
import { type FormDetail, type FormStatus, signalsInWords, statusWords, urgencyWords } from './words.ts'

interface Step {
  readonly words: string
  /** Asked before it is done, where it reaches somebody. */
  readonly asks?: string
}

/** What a step does, told by where it leads and from where. */
function stepOf(from: FormStatus, to: FormStatus): Step {
  if (to === 'pending')
    return from === 'spam'
      ? {
          words: 'It is no spam',
          asks: 'It goes to those that wait, and the mails that were held back are sent: to whoever filled it in, and to staff.',
        }
      : { words: 'Reopen' }
  if (to === 'reviewed') return { words: from === 'resolved' ? 'Back to reviewed' : 'Mark as reviewed' }
  if (to === 'resolved')
    return {
      words: 'Resolve',
      asks: 'Whoever sent it is told by mail that it is done, where they left an address.',
    }
  return from === 'spam'
    ? { words: 'Agree that it is spam' }
    : { words: 'Put aside as spam', asks: 'It leaves the list of those that wait. Nobody is told.' }
}

/** Nobody has agreed yet that it is spam. */
const isUnconfirmedSpam = ({ status, reviewedAt }: FormDetail): boolean =>
  status === 'spam' && reviewedAt === null

function stepsOf(form: FormDetail): readonly FormStatus[] {
  const steps = [...transitions[form.status], ...(isUnconfirmedSpam(form) ? (['spam'] as const) : [])]
  // All that can still be done about what was erased is to close it.
  return form.erasedAt === null ? steps : steps.filter((to) => to !== 'pending')
}

const factsOf = (form: FormDetail) =>
  [
    ['State', <Tag look={form.status === 'resolved' ? 'good' : 'plain'}>{statusWords[form.status]}</Tag>],
    ['Tracking number', form.trackingNumber],
    ['Urgency', form.urgency && urgencyWords[form.urgency]],
    [
      'To be looked at by',
      <>
        <Moment at={form.dueAt} /> {form.isOverdue && <Tag look="bad">Overdue</Tag>}
      </>,
    ],
    ['Came', <Moment at={form.submittedAt} />],
    ['Reviewed', form.reviewedAt && <Moment at={form.reviewedAt} />],
    ['Resolved', form.resolvedAt && <Moment at={form.resolvedAt} />],
    ['Passed on because nobody looked', form.escalatedAt && <Moment at={form.escalatedAt} />],
    ['Erased', form.erasedAt && <Moment at={form.erasedAt} />],
    ['Kept until', <Moment at={form.retainUntil} />],
    ['Assigned to', form.assignedTo === null ? 'Nobody' : staffName(form.assignedTo)],
  ].filter((fact): fact is [string, preact.JSX.Element | string] => Boolean(fact[1]))

export function Standing({ form, review }: { form: FormDetail; review: Review }) {
  const head = useRef<HTMLHeadingElement>(null)
  const isAdmin = staffRole.value === 'admin'
  // To a mentor the earlier one is there where it is theirs too.
  const mayOpenEarlier = isAdmin || form.others.some(({ id }) => id === form.duplicateOf)
  const save = (change: Change, done: string) =>
    loosely(async () => {
      if (await review.save(change)) tell(done)
      // Whatever had the focus may be gone: what can be done now is another thing.
      head.current?.focus()
    })
  const take = (to: FormStatus) => {
    if (to === 'withdrawn') return
    const { words, asks } = stepOf(form.status, to)
    const work = () => save({ status: to }, `The form is now: ${statusWords[to]}.`)
    if (asks) confirm(`${words}?`, asks, words, work)
    else work()
  }
  const assign = (id: string | null) =>
    save({ assignedTo: id }, id === null ? 'It is assigned to nobody now.' : 'It is assigned.')
  return (
    <Section title="How it stands" head={head}>
      {form.spamSignals.length > 0 && (
        <p class="warning">
          {isUnconfirmedSpam(form) ? 'A program put it aside as spam: ' : 'A program took it for spam: '}
          {signalsInWords(form.spamSignals)}.
        </p>
      )}
      {form.duplicateOf && (
        <p class="warning">
          It may be a second one about the same person
          {mayOpenEarlier && (
            <>
              : <a href={addressOf('forms', form.duplicateOf)}>show the earlier one</a>
            </>
          )}
          .
        </p>
      )}
      <Facts facts={factsOf(form)} />
      {isAdmin && (
        <div class="row wrap" aria-busy={review.isSaving}>
          {stepsOf(form).map((to, at) => (
            <button
              key={to}
              type="button"
              class={at === 0 && to !== 'pending' && to !== 'spam' ? 'primary' : undefined}
              aria-disabled={review.isSaving}
              onClick={() => take(to)}
            >
              {stepOf(form.status, to).words}
            </button>
          ))}
          {form.erasedAt === null && (
            <>
              {form.assignedTo !== myId() && (
                <button type="button" aria-disabled={review.isSaving} onClick={() => assign(myId())}>
                  Assign to me
                </button>
              )}
              <button
                type="button"
                aria-disabled={review.isSaving}
                onClick={() => pickStaff('Who takes care of it?', ({ id }) => assign(id))}
              >
                Assign to…
              </button>
              {form.assignedTo !== null && (
                <button type="button" aria-disabled={review.isSaving} onClick={() => assign(null)}>
                  Assign to nobody
                </button>
              )}
            </>
          )}
        </div>
      )}
    </Section>
  )
}

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { type Answer, ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { myId } from '../../../base/state/session.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { staffRole } from '../../state/staff.ts'
import { staffName } from '../../state/staff-directory.ts'
import { withStepUp } from '../../state/step-up.ts'
import { Moment, Section } from '../../view/parts/fields.tsx'

const recovery = v1.admin.users[':id'].recovery
type State = Of<(typeof recovery)['$get']>
type Approved = Of<(typeof recovery.approve)['$post']>

/** Whoever may not do it alone: who else has to. */
function otherNeeded(isForStaff: boolean, isStarterAdmin: boolean): string {
  if (isForStaff) return 'another administrator'
  return isStarterAdmin ? 'another administrator or a mentor' : 'an administrator'
}

async function read(id: string): Promise<Answer<{ readonly state: State | null }>> {
  const answer = await ask(recovery.$get({ param: { id } }))
  if (answer.ok) return { ...answer, value: { state: answer.value } }
  return answer.problem.status === 404 ? { ok: true, status: 200, value: { state: null } } : answer
}

function HowItStands({ state, needed }: { state: State; needed: string }) {
  const { startedBy, startedAt, approvedBy, usableFrom, expiresAt } = state
  const isMine = startedBy === myId()
  const begun = (
    <>
      {isMine ? 'You' : staffName(startedBy)} began it
      {startedAt && (
        <>
          {' '}
          on <Moment at={startedAt} />
        </>
      )}
      .
    </>
  )
  if (approvedBy === null)
    return (
      <p>
        {begun}{' '}
        {isMine
          ? `Now ${needed} has to approve it: you cannot do both.`
          : 'You may be who approves it, after making sure yourself who is asking.'}
        {expiresAt && (
          <>
            {' '}
            Without that it ends on <Moment at={expiresAt} />.
          </>
        )}
      </p>
    )
  return (
    <p>
      {begun} {approvedBy === myId() ? 'You' : staffName(approvedBy)} approved it. The code counts
      {usableFrom && (
        <>
          {' '}
          from <Moment at={usableFrom} />
        </>
      )}
      {expiresAt && (
        <>
          {' '}
          until <Moment at={expiresAt} />
        </>
      )}
      . Where it was lost, cancel the recovery and begin again.
    </p>
  )
}

function Code({ of: { code, usableFrom }, name, done }: { of: Approved; name: string; done: () => void }) {
  return (
    <div class="warning" role="status">
      <p>
        Read this code to {name}, and to nobody else. It is shown this once: <code>{code}</code>
      </p>
      <p>
        It counts from <Moment at={usableFrom} /> on. Until then the owner of the mailbox, who is told by
        mail, can cancel it.
      </p>
      <button type="button" onClick={done}>
        I have read it out
      </button>
    </div>
  )
}

/** Somebody who has lost their second factors is let in by two members of staff. */
export function Recovery({ id, name, isForStaff }: { id: string; name: string; isForStaff: boolean }) {
  const head = useRef<HTMLHeadingElement>(null)
  const { load, value, again } = useAsked(id, () => read(id))
  const approved = useSignal<Approved | null>(null)
  const isSaving = useSignal(false)
  const isAdmin = staffRole.value === 'admin'
  const state = value?.state ?? null
  const needed = otherNeeded(isForStaff, isAdmin)
  if (id === myId()) return null
  const run = (work: () => Promise<boolean>) =>
    loosely(async () => {
      if (isSaving.value) return
      isSaving.value = true
      await work()
      isSaving.value = false
      again()
      head.current?.focus()
    })
  const begin = () =>
    confirm(
      'Begin a recovery?',
      `Do it after making sure, in person or by a call to the number on file, that ${name} is who asks. Then ${needed} has to approve it within a week. It takes away every second factor of the account.`,
      'Begin the recovery',
      () =>
        run(() =>
          attempt(
            () => withStepUp(() => ask(recovery.$post({ param: { id } }))),
            () => tell(`It is begun. Now ${needed} has to approve it.`),
          ),
        ),
    )
  const approve = () =>
    confirm(
      'Approve the recovery?',
      `Do it after making sure yourself that ${name} is who asks. You get a code to read out to them; their mailbox is told, and can cancel it for a day.`,
      'Approve',
      () =>
        run(() =>
          attempt(
            () => withStepUp(() => ask(recovery.approve.$post({ param: { id } }))),
            (answer) => {
              approved.value = answer
            },
          ),
        ),
    )
  const cancel = () =>
    confirm(
      'Cancel the recovery?',
      'A code that was read out counts no more. The second factors of the account stay as they are.',
      'Cancel the recovery',
      () =>
        run(() =>
          attempt(
            () => ask(recovery.$delete({ param: { id } })),
            () => {
              approved.value = null
              tell('There is no recovery any more.')
            },
          ),
        ),
    )
  return (
    <Section title="Help after lost second factors" head={head}>
      {isProblem(load) && <Failed problem={load} retry={again} />}
      {value === null && load === 'loading' && <Loading of="the recovery" />}
      {approved.value && (
        <Code
          of={approved.value}
          name={name}
          done={() => {
            approved.value = null
            head.current?.focus()
          }}
        />
      )}
      {state && <HowItStands state={state} needed={needed} />}
      {value && !state && (
        <p>
          For somebody who has lost their authenticator app, their passkeys and their recovery codes. It takes
          two members of staff: you begin it, and {needed} approves it.
        </p>
      )}
      {value && (
        <div class="row wrap" aria-busy={isSaving.value}>
          {!state && (
            <button type="button" aria-disabled={isSaving.value} onClick={begin}>
              Begin a recovery
            </button>
          )}
          {state && state.approvedBy === null && state.startedBy !== myId() && (
            <button type="button" class="primary" aria-disabled={isSaving.value} onClick={approve}>
              Approve
            </button>
          )}
          {state && (
            <button type="button" aria-disabled={isSaving.value} onClick={cancel}>
              Cancel the recovery
            </button>
          )}
          {state && (
            <button type="button" class="link" onClick={again}>
              Look again
            </button>
          )}
        </div>
      )}
    </Section>
  )
}

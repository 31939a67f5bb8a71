import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { dayOf } from '../../../base/text/times.ts'
import { closeDialog, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { Choice } from '../../view/parts/fields.tsx'
import { LongTextField, SaveForm } from '../../view/parts/form-fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'

interface Asking {
  readonly userId: string
  readonly name: string
}
const one = v1.courses[':id'].requests[':userId']

function Decline({ courseId, who, done }: { courseId: string; who: Asking; done: () => void }) {
  const reason = useSignal('')
  const save = () =>
    attempt(
      () =>
        ask(
          one.decline.$post({
            param: { id: courseId, userId: who.userId },
            json: { reason: reason.peek().trim() || null },
          }),
        ),
      () => {
        closeDialog()
        tell('Declined. A mail says that it was decided.')
        done()
      },
    )
  return (
    <Dialog title={`Decline the request of ${who.name}?`}>
      <p>They are told by mail that it was decided, and can ask again.</p>
      <SaveForm action="Decline" save={save}>
        <LongTextField
          label="Reason"
          help="They read it where they asked. It is in no mail. May be left empty."
          value={reason.value}
          maxLength={500}
          onInput={(text) => {
            reason.value = text
          }}
        />
      </SaveForm>
      <button type="button" onClick={closeDialog}>
        Cancel
      </button>
    </Dialog>
  )
}

/** Who wants a place: those to be decided on, and those who wait for one that is free. */
export function Requests({ id }: { id: string }) {
  const status = useSignal<'requested' | 'waiting'>('requested')
  const list = usePaged(`${id} ${status.value}`, async (cursor) => {
    const answer = await ask(
      v1.courses[':id'].requests.$get({
        param: { id },
        query: { status: status.value, ...(cursor === null ? {} : { cursor }) },
      }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  const isDecided = (userId: string) => () =>
    list.change((items) => items.filter((each) => each.userId !== userId))
  const approve = ({ userId, name }: Asking) =>
    loosely(() =>
      attempt(
        () => ask(one.approve.$post({ param: { id, userId } })),
        () => {
          tell(`${name} gets a place, at once or when one is free.`)
          isDecided(userId)()
        },
      ),
    )
  return (
    <>
      <ScreenHead
        title="Requests for a place"
        back={{ href: addressOf('courses', id), words: 'The course' }}
      />
      <div class="filters">
        <Choice
          label="Which"
          value={status.value}
          choices={[
            ['requested', 'To be decided'],
            ['waiting', 'Waiting for a free place'],
          ]}
          onChange={(chosen) => {
            status.value = chosen
          }}
        />
      </div>
      <PagedTable
        list={list}
        caption="Requests"
        nothing="Nobody has asked."
        keyOf={({ userId }) => userId}
        columns={[
          { title: 'Name', cell: ({ name }) => name },
          { title: 'Asked', cell: ({ requestedAt }) => dayOf(requestedAt) },
          {
            title: 'Decision',
            cell: (who) => (
              <span class="row wrap">
                {who.status === 'requested' && (
                  <button type="button" aria-label={`Approve ${who.name}`} onClick={() => approve(who)}>
                    Approve
                  </button>
                )}
                <button
                  type="button"
                  aria-label={`Decline ${who.name}`}
                  onClick={() =>
                    openDialog(() => <Decline courseId={id} who={who} done={isDecided(who.userId)} />)
                  }
                >
                  Decline
                </button>
              </span>
            ),
          },
        ]}
      />
    </>
  )
}

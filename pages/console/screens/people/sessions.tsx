import { useRef } from 'preact/hooks'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { Moment, Section } from '../../view/parts/fields.tsx'
import { Table } from '../../view/parts/table.tsx'
import type { PersonDetail } from './words.ts'

/** Where somebody is signed in. */
export function Sessions({ person, reload }: { person: PersonDetail; reload: () => void }) {
  const head = useRef<HTMLHeadingElement>(null)
  const { id, name, sessions } = person
  const end = (work: () => Promise<boolean>, done: string) =>
    loosely(async () => {
      if (await work()) tell(done)
      reload()
      head.current?.focus()
    })
  const endAll = () =>
    confirm(
      'Sign them out everywhere?',
      `${name} is signed out on every device and has to sign in again.`,
      'Sign out everywhere',
      () =>
        end(
          () => attempt(() => ask(v1.admin.users[':id']['revoke-sessions'].$post({ param: { id } }))),
          `${name} is signed out everywhere.`,
        ),
    )
  const endOne = (sessionId: string, device: string) =>
    confirm('End this session?', `${name} is signed out there: ${device}.`, 'End the session', () =>
      end(
        () =>
          attempt(() =>
            ask(v1.admin.users[':id'].sessions[':sessionId'].$delete({ param: { id, sessionId } })),
          ),
        'The session has ended.',
      ),
    )
  return (
    <Section title="Sessions" head={head}>
      {sessions.length === 0 ? (
        <p class="quiet">Signed in nowhere.</p>
      ) : (
        <>
          <Table
            caption="Sessions"
            items={sessions}
            keyOf={(each) => each.id}
            columns={[
              { title: 'Device', cell: ({ device }) => device },
              { title: 'Second factor', cell: ({ hasSecondFactor }) => (hasSecondFactor ? 'Proved' : 'No') },
              { title: 'Shared device', cell: ({ isOnSharedDevice }) => (isOnSharedDevice ? 'Yes' : 'No') },
              { title: 'Since', cell: ({ createdAt }) => <Moment at={createdAt} /> },
              { title: 'Last seen', cell: ({ lastSeen }) => <Moment at={lastSeen} /> },
              {
                title: 'To do',
                cell: (each) => (
                  <button
                    type="button"
                    aria-label={`End the session: ${each.device}`}
                    onClick={() => endOne(each.id, each.device)}
                  >
                    End
                  </button>
                ),
              },
            ]}
          />
          <div class="row wrap">
            <button type="button" onClick={endAll}>
              Sign out everywhere
            </button>
          </div>
        </>
      )}
    </Section>
  )
}

import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { dayOf } from '../../../base/text/times.ts'
import { confirm, openDialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { NewToken } from './new-token.tsx'

type Token = Of<(typeof v1)['admin']['service-tokens']['$get']>['items'][number]

/** Keys that programs sign in with. */
export function Tokens(_: ScreenProps) {
  const { load, value, again } = useAsked('tokens', () => ask(v1.admin['service-tokens'].$get()))
  const end = ({ id, name }: Token) =>
    confirm(
      'End this token?',
      `Whatever program signs in with “${name}” is refused from now on. This cannot be undone.`,
      'End it',
      () =>
        loosely(() =>
          attempt(
            () => ask(v1.admin['service-tokens'][':id'].$delete({ param: { id } })),
            () => {
              tell('The token is ended.')
              again()
            },
          ),
        ),
    )
  const items = value?.items ?? []
  return (
    <>
      <ScreenHead title="Service tokens">
        <button type="button" class="primary" onClick={() => openDialog(() => <NewToken done={again} />)}>
          New token
        </button>
      </ScreenHead>
      <p class="quiet">For programs, such as a data pipeline. Those that work, newest first.</p>
      {items.length > 0 && (
        <Table
          caption="Service tokens"
          items={items}
          keyOf={({ id }) => id}
          columns={[
            { title: 'Name', cell: ({ name }) => name },
            { title: 'May', cell: ({ scopes }) => scopes.join(', ') },
            {
              title: 'Used last',
              cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'Never' : dayOf(lastUsedAt)),
            },
            {
              title: 'Until',
              cell: ({ expiresAt, isRefused }) =>
                isRefused ? <Tag look="bad">Refused</Tag> : new Date(expiresAt).toLocaleDateString(),
            },
            {
              title: 'End',
              cell: (token) => (
                <button type="button" aria-label={`End ${token.name}`} onClick={() => end(token)}>
                  End
                </button>
              ),
            },
          ]}
        />
      )}
      {value && items.length === 0 && <p class="hint">There is none.</p>}
      {isProblem(load) ? (
        <Failed problem={load} retry={again} />
      ) : (
        !value && <Loading of="the service tokens" />
      )}
    </>
  )
}

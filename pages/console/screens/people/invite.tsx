import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { type Answer, ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { addressOf } from '../../state/place.ts'
import { withStepUp } from '../../state/step-up.ts'
import { Choice, Section, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import { type Row, readPeople } from './read-people.ts'
import { type Role, roleWords } from './words.ts'

type Result = Of<(typeof v1)['admin']['migrate-users']['$post']>['results'][number]
interface Outcome {
  readonly row: Row
  readonly result: Result
}

/** As many as the server takes at once. */
const atOnce = 100

const words: Readonly<
  Record<Result['status'], { readonly text: string; readonly look: 'good' | 'plain' | 'bad' }>
> = {
  created: { text: 'Invited', look: 'good' },
  exists: { text: 'Had an account', look: 'plain' },
  invalid: { text: 'Not understood', look: 'bad' },
  failed: { text: 'Did not work: send it again', look: 'bad' },
}

const fieldWords: Readonly<Record<string, string>> = { email: 'address' }

/** New people: each gets a mail with a link that sets a password. */
export function Invite() {
  const text = useSignal('')
  const role = useSignal<Exclude<Role, 'guest'>>('user')
  const outcomes = useSignal<readonly Outcome[]>([])
  const isSending = useSignal(false)
  const head = useRef<HTMLHeadingElement>(null)
  const id = useId()
  const rows = readPeople(text.value)

  /** What was sent is taken out of the field, part by part: what was not stays in it. */
  async function send() {
    isSending.value = true
    outcomes.value = []
    let left: readonly Row[] = rows
    while (left.length > 0) {
      const part = left.slice(0, atOnce)
      const users = part.map(({ email, name }) => ({
        email,
        ...(name === '' ? {} : { name }),
        role: role.value,
      }))
      const work = (): Promise<Answer<{ results: Result[] }>> =>
        withStepUp(() => ask(v1.admin['migrate-users'].$post({ json: { users } })))
      const isSent = await attempt(work, ({ results }) => {
        outcomes.value = [
          ...outcomes.value,
          ...results.flatMap((result) => {
            const row = part[result.row]
            return row ? [{ row, result }] : []
          }),
        ]
      })
      if (!isSent) break
      left = left.slice(atOnce)
    }
    const again = outcomes.value.filter(
      ({ result: { status } }) => status === 'invalid' || status === 'failed',
    )
    text.value = [...again.map(({ row }) => row), ...left].map(({ line }) => line).join('\n')
    isSending.value = false
    if (left.length === 0)
      tell(`${outcomes.value.length - again.length} of ${outcomes.value.length} are done.`)
    head.current?.focus()
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (isSending.value || rows.length === 0) return
    confirm(
      'Invite them?',
      `${rows.length === 1 ? 'One person gets' : `${rows.length} people get`} an account as ${roleWords[role.value].toLowerCase()} and a mail with a link that sets a password. Whoever has an account keeps it as it is.`,
      'Invite',
      () => loosely(send),
    )
  }
  return (
    <>
      <ScreenHead title="Invite people" back={{ href: addressOf('people'), words: 'All people' }} />
      <Section title="Who is invited">
        <form class="set-up" onSubmit={submit}>
          <label for={id}>One person on a line: address, then name</label>
          <textarea
            id={id}
            name="people"
            rows={6}
            spellcheck={false}
            autocomplete="off"
            placeholder={'ann@example.org, Ann Example'}
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value
            }}
          />
          <Choice
            label="As"
            value={role.value}
            choices={(['user', 'mentor', 'admin'] as const).map((each) => [each, roleWords[each]] as const)}
            onChange={(chosen) => {
              role.value = chosen
            }}
          />
          <div class="row">
            <button type="submit" class="primary" aria-disabled={isSending.value || rows.length === 0}>
              {isSending.value
                ? 'One moment…'
                : `Invite ${rows.length === 1 ? '1 person' : `${rows.length} people`}`}
            </button>
          </div>
        </form>
      </Section>
      {outcomes.value.length > 0 && (
        <Section title="What became of them" head={head}>
          <Table
            caption="What became of them"
            items={outcomes.value}
            keyOf={({ row }) => `${row.at}`}
            columns={[
              {
                title: 'Who',
                cell: ({ row, result: { userId } }) =>
                  userId === null ? row.line : <a href={addressOf('people', userId)}>{row.email}</a>,
              },
              {
                title: 'What',
                cell: ({ result: { status, problems } }) => (
                  <>
                    <Tag look={words[status].look}>{words[status].text}</Tag>{' '}
                    {problems.map((field) => fieldWords[field] ?? field).join(', ')}
                  </>
                ),
              },
            ]}
          />
        </Section>
      )}
    </>
  )
}

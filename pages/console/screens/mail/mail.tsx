import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { Moment, Section } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { type DeadLetter, isReason, type Reason, reasonInWords, templateInWords } from './words.ts'

const deadLetters = v1.admin.mail['dead-letters']
/** As many as one answer holds. */
const mostListed = 200

function Kind({
  reason,
  letters,
  reload,
}: {
  reason: string
  letters: readonly DeadLetter[]
  reload: () => void
}) {
  const head = useRef<HTMLHeadingElement>(null)
  const isSending = useSignal(false)
  const run = (work: () => Promise<boolean>) =>
    loosely(async () => {
      if (isSending.value) return
      isSending.value = true
      await work()
      isSending.value = false
      reload()
      head.current?.focus()
    })
  const retryOne = (id: string) =>
    run(() =>
      attempt(
        () => ask(deadLetters[':id'].retry.$post({ param: { id } })),
        () => tell('It waits to be sent.'),
      ),
    )
  const retryAll = (of: Reason) =>
    confirm(
      'Send all of them again?',
      `Every mail with this reason is sent again, also those that are not in this list. ${reasonInWords(of)}: do it once that is repaired.`,
      'Send again',
      () =>
        run(() =>
          attempt(
            () => ask(deadLetters.retry.$post({ json: { reason: of } })),
            ({ retried }) => tell(`${retried} ${retried === 1 ? 'mail waits' : 'mails wait'} to be sent.`),
          ),
        ),
    )
  return (
    <Section title={reasonInWords(reason)} head={head}>
      <Table
        caption={reasonInWords(reason)}
        items={letters}
        keyOf={({ id }) => id}
        columns={[
          { title: 'What', cell: ({ template }) => templateInWords(template) },
          { title: 'About', cell: ({ reference }) => reference ?? '–' },
          { title: 'Answer', cell: ({ code }) => code ?? '–' },
          { title: 'Tries', cell: ({ attempts }) => attempts, isNumber: true },
          { title: 'Given up', cell: ({ diedAt }) => <Moment at={diedAt} /> },
          {
            title: 'To do',
            cell: ({ id, template, diedAt }) => (
              <button
                type="button"
                aria-label={`Send again: ${templateInWords(template)}, given up ${new Date(diedAt).toLocaleString()}`}
                aria-disabled={isSending.value}
                onClick={() => retryOne(id)}
              >
                Send again
              </button>
            ),
          },
        ]}
      />
      {isReason(reason) && (
        <div class="row wrap">
          <button type="button" aria-disabled={isSending.value} onClick={() => retryAll(reason)}>
            Send all of these again
          </button>
        </div>
      )}
    </Section>
  )
}

/** Mails that could not be sent, by the reason. Whom they are for stays encrypted. */
export function Mail(_: ScreenProps) {
  const { load, value, again } = useAsked('dead letters', () => ask(deadLetters.$get()))
  const letters = value?.items ?? []
  const reasons = [...new Set(letters.map(({ reason }) => reason))]
  return (
    <>
      <ScreenHead title="Mail that could not be sent">
        <button type="button" onClick={again}>
          Look again
        </button>
      </ScreenHead>
      {isProblem(load) && <Failed problem={load} retry={again} />}
      {!value && load === 'loading' && <Loading of="the mail" />}
      {value?.items.length === 0 && <p class="hint">Every mail was sent.</p>}
      {value && value.items.length >= mostListed && (
        <p class="warning">These are the {mostListed} oldest. There may be more of each kind.</p>
      )}
      {reasons.map((reason) => (
        <Kind
          key={reason}
          reason={reason}
          letters={letters.filter((letter) => letter.reason === reason)}
          reload={again}
        />
      ))}
    </>
  )
}

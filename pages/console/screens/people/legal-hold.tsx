import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { withStepUp } from '../../state/step-up.ts'
import { Moment, Section } from '../../view/parts/fields.tsx'
import type { PersonDetail } from './words.ts'

const hold = v1.admin.users[':id']['legal-hold']

/** While the law asks that an account is kept, it is not erased. */
export function LegalHold({ person, reload }: { person: PersonDetail; reload: () => void }) {
  const head = useRef<HTMLHeadingElement>(null)
  const isSaving = useSignal(false)
  const { id, name, legalHoldSince } = person
  const run = (isHeld: boolean) =>
    loosely(async () => {
      if (isSaving.value) return
      isSaving.value = true
      const call = () => ask(isHeld ? hold.$put({ param: { id } }) : hold.$delete({ param: { id } }))
      const isSaved = await attempt(() => withStepUp(call))
      isSaving.value = false
      if (isSaved) tell(isHeld ? 'The account is held.' : 'The hold is released.')
      reload()
      head.current?.focus()
    })
  const press = () =>
    legalHoldSince === null
      ? confirm(
          'Place a legal hold?',
          `The account of ${name} is not erased while the hold stands, whoever asks for it.`,
          'Place the hold',
          () => run(true),
        )
      : confirm(
          'Release the legal hold?',
          'An erasure that was waiting goes on, and cannot be taken back.',
          'Release the hold',
          () => run(false),
        )
  return (
    <Section title="Legal hold" head={head}>
      <p>
        {legalHoldSince === null ? (
          'None.'
        ) : (
          <>
            Since <Moment at={legalHoldSince} />: the account is not erased.
          </>
        )}
      </p>
      <div class="row">
        <button type="button" aria-disabled={isSaving.value} onClick={press}>
          {legalHoldSince === null ? 'Place a legal hold' : 'Release the legal hold'}
        </button>
      </div>
    </Section>
  )
}

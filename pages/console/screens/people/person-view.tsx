import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { addressOf } from '../../state/place.ts'
import { Facts, Section } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Account } from './account.tsx'
import { Disclosures } from './disclosures.tsx'
import { LegalHold } from './legal-hold.tsx'
import { Recovery } from './recovery.tsx'
import { Sessions } from './sessions.tsx'
import { isStaff, type PersonDetail } from './words.ts'

const back = { href: addressOf('people'), words: 'All people' }

function WaysIn({ person: { waysIn, needsSecondFactor } }: { person: PersonDetail }) {
  const { hasPassword, passkeys, hasTotp, recoveryCodes, providers } = waysIn
  const lacksFactor = needsSecondFactor && !hasTotp && passkeys === 0
  return (
    <Section title="What signs in to it">
      {lacksFactor && (
        <p class="warning">Its role does nothing here without a second factor, and it has none.</p>
      )}
      <Facts
        facts={[
          ['Password', hasPassword ? 'Set' : 'None'],
          ['Authenticator app', hasTotp ? 'Set up' : 'None'],
          ['Passkeys', passkeys],
          ['Recovery codes left', recoveryCodes],
          ['Accounts elsewhere', providers.length === 0 ? 'None' : providers.join(', ')],
        ]}
      />
    </Section>
  )
}

/** One account, and what administrators do about it. */
export function PersonView({ id }: { id: string }) {
  const {
    load,
    value: person,
    again,
  } = useAsked(id, () => ask(v1.admin.users[':id'].$get({ param: { id } })))
  if (!person)
    return (
      <>
        <ScreenHead title="Account" back={back} />
        {isProblem(load) ? <Failed problem={load} retry={again} /> : <Loading of="the account" />}
      </>
    )
  return (
    <>
      <ScreenHead title={person.name} back={back} />
      {isProblem(load) && <Failed problem={load} retry={again} />}
      <Account person={person} reload={again} />
      <Sessions person={person} reload={again} />
      <WaysIn person={person} />
      {person.role !== 'guest' && <Recovery id={id} name={person.name} isForStaff={isStaff(person.role)} />}
      <LegalHold person={person} reload={again} />
      <Disclosures id={id} />
    </>
  )
}

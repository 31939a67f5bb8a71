import type { ComponentChildren } from 'preact'
import { Facts, Moment } from '../../view/parts/fields.tsx'
import { type FormDetail, urgencyWords } from './words.ts'

type Filled = NonNullable<FormDetail['form']>
type Fact = readonly [string, ComponentChildren]

const relationshipWords: Readonly<Record<string, string>> = {
  self: 'Themselves',
  family: 'Family',
  officer: 'An officer',
  agency: 'An agency',
}

const address = (email: string) => (
  <a href={`mailto:${encodeURIComponent(email).replace('%40', '@')}`}>{email}</a>
)
const number = (phone: string | undefined) =>
  phone && <a href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{phone}</a>

function factsOf(form: Filled): readonly Fact[] {
  if (!('participant' in form)) {
    const sender: readonly Fact[] = [
      ['Name', form.name],
      ['E-mail address', address(form.email)],
      ['Telephone', number(form.phone)],
    ]
    return 'interests' in form
      ? [
          ...sender,
          ['Interested in', form.interests.join(', ')],
          ['Has time', form.availability],
          ['Notes', form.notes],
        ]
      : [...sender, ['About', form.subject], ['Message', form.message]]
  }
  const { participant, services, urgency, notes, relationship } = form
  const referrer = form.relationship === 'self' ? undefined : form.referrer
  const organization =
    form.relationship === 'self' || form.relationship === 'family' ? undefined : form.referrer.organization
  return [
    ['Participant', participant.name],
    ['How to reach them', participant.contact],
    ['Telephone of the participant', number(participant.phone)],
    ['Services', services.join(', ')],
    ['Urgency', urgencyWords[urgency]],
    ['Filled in by', relationshipWords[relationship ?? 'agency']],
    ['Referrer', referrer?.name],
    ['Organization', organization],
    ['E-mail address of the referrer', referrer && address(referrer.email)],
    ['Telephone of the referrer', number(referrer?.phone)],
    ['Notes', notes],
  ]
}

/** Everything that was written in the form, and what its sender added to it later. */
export function FilledIn({ form: { form, information } }: { form: FormDetail }) {
  if (form === null) return <p>Nothing of it is left: it was erased.</p>
  return (
    <>
      <Facts facts={factsOf(form).filter(([, value]) => value !== undefined && value !== '')} />
      {information.length > 0 && (
        <>
          <h3>Added by its sender</h3>
          <ul class="notes">
            {information.map(({ message, at }) => (
              <li key={at}>
                <p class="quiet small">
                  <Moment at={at} />
                </p>
                <p class="text">{message}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

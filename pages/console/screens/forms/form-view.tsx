import { isProblem } from '../../../base/api/ask.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { addressOf } from '../../state/place.ts'
import { staffRole } from '../../state/staff.ts'
import { Section } from '../../view/parts/fields.tsx'
import { Meanwhile } from '../../view/parts/meanwhile.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Attachments } from './attachments.tsx'
import { FilledIn } from './filled-in.tsx'
import { History } from './history.tsx'
import { Notes } from './notes.tsx'
import { OtherForms } from './other-forms.tsx'
import { useReview } from './review.ts'
import { Standing } from './standing.tsx'
import { nameOf, typeWords } from './words.ts'

const back = { href: addressOf('forms'), words: 'All forms' }

/** One form: what is in it, how it stands, and what staff do about it. */
export function FormView({ id }: { id: string }) {
  const review = useReview(id)
  const { load, value: form } = review
  if (!form)
    return (
      <>
        <ScreenHead title="Form" back={back} />
        {isProblem(load) ? <Failed problem={load} retry={review.again} /> : <Loading of="the form" />}
      </>
    )
  return (
    <>
      <ScreenHead title={`${typeWords[form.type]}: ${nameOf(form)}`} back={back} />
      {isProblem(load) && <Failed problem={load} retry={review.again} />}
      <Meanwhile changes={review.meanwhile} />
      <Standing form={form} review={review} />
      <Section title="As it was filled in">
        <FilledIn form={form} />
      </Section>
      {form.attachments.length > 0 && <Attachments ids={form.attachments} />}
      <Notes form={form} review={review} />
      <OtherForms form={form} />
      {staffRole.value === 'admin' && <History id={form.id} version={form.updatedAt} />}
    </>
  )
}

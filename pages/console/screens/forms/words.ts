import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

/** The same operation answers a table to programs that ask for one. */
export type FormPage = Extract<Of<(typeof v1)['forms']['$get']>, { items: unknown }>
export type FormSummary = FormPage['items'][number]
export type FormStatus = FormSummary['status']

export const typeWords: Readonly<Record<FormSummary['type'], string>> = {
  contact: 'Contact',
  interest: 'Interest',
  referral: 'Referral',
}
export const statuses: readonly (readonly [FormStatus, string])[] = [
  ['pending', 'Pending'],
  ['reviewed', 'Reviewed'],
  ['resolved', 'Resolved'],
  ['spam', 'Put aside as spam'],
]

/** Whom a form is about; its number where nothing of it is left. */
export function nameOf({ form, trackingNumber, id }: FormSummary): string {
  if (form === null) return trackingNumber ?? id
  return 'participant' in form ? form.participant.name : form.name
}

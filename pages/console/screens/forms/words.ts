import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

/** The same operation answers a table to programs that ask for one. */
export type FormPage = Extract<Of<(typeof v1)['forms']['$get']>, { items: unknown }>
export type FormSummary = FormPage['items'][number]
export type FormStatus = FormSummary['status']
export type FormType = FormSummary['type']
export type FormDetail = Of<(typeof v1)['forms'][':id']['$get']>

export const typeWords: Readonly<Record<FormType, string>> = {
  contact: 'Contact',
  interest: 'Interest',
  referral: 'Referral',
}
export const statusWords: Readonly<Record<FormStatus, string>> = {
  pending: 'Pending',
  reviewed: 'Reviewed',
  resolved: 'Resolved',
  spam: 'Put aside as spam',
  withdrawn: 'Withdrawn',
}
export const urgencyWords = { low: 'Low', normal: 'Normal', high: 'High' } as const
export type Urgency = keyof typeof urgencyWords

const signalWords: Readonly<Record<string, string>> = {
  honeypot: 'a field was filled in that people do not see',
  too_fast: 'it was filled in faster than anybody types',
  links: 'it holds many links',
  markup: 'its links are written for another website',
  repeated_sender: 'its sender sent many in an hour',
  repeated_text: 'the same words came many times',
}
export const signalsInWords = (signals: readonly string[]): string =>
  signals.map((signal) => signalWords[signal] ?? signal).join('; ')

/** The choices of a filter, with none of them first. */
export const choicesOf = <T extends string>(
  words: Readonly<Record<T, string>>,
  none: string,
): readonly (readonly [T | '', string])[] => [['', none], ...(Object.entries(words) as [T, string][])]

/** Whom a form is about; its number where nothing of it is left. */
export function nameOf({ form, trackingNumber, id }: FormSummary): string {
  if (form === null) return trackingNumber ?? id
  return 'participant' in form ? form.participant.name : form.name
}

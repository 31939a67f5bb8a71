import type { FormStatus } from './forms.model.ts'

/** From where to where staff may take a form. What was withdrawn stays so. */
export const transitions: Readonly<Record<FormStatus, readonly FormStatus[]>> = {
  pending: ['reviewed', 'resolved', 'spam'],
  reviewed: ['pending', 'resolved', 'spam'],
  resolved: ['pending', 'reviewed'],
  spam: ['pending'],
  withdrawn: [],
}

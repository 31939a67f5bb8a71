import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

export type ReportSummary = Of<(typeof v1)['reports']['$get']>['items'][number]
export type ReportDetail = Of<(typeof v1)['reports'][':id']['$get']>
export type ReportStatus = ReportSummary['status']
export type Resolution = NonNullable<ReportSummary['resolution']>
export type Action = ReportSummary['actions'][number]['action']

export const reasonWords: Readonly<Record<ReportSummary['reason'], string>> = {
  harassment: 'Harassment',
  threat: 'Threat',
  hate: 'Hate',
  sexual: 'Sexual content',
  self_harm: 'Self-harm',
  private_information: 'Private information',
  spam: 'Spam',
  other: 'Something else',
}
export const statusWords: Readonly<Record<ReportStatus, string>> = {
  open: 'Open',
  reviewing: 'Being looked at',
  resolved: 'Resolved',
}
export const resolutionWords: Readonly<Record<Resolution, string>> = {
  upheld: 'It breaks the rules',
  dismissed: 'It does not break the rules',
  duplicate: 'Handled with another report',
}
export const actionWords: Readonly<Record<Action, string>> = {
  remove_message: 'The message was removed',
  warn_sender: 'Whoever wrote it was warned by mail',
}
/** What cannot wait until tomorrow. */
export const isPressing = (reason: ReportSummary['reason']): boolean =>
  reason === 'threat' || reason === 'self_harm'

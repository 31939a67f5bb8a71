import type { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'

export type DeadLetter = Of<(typeof v1)['admin']['mail']['dead-letters']['$get']>['items'][number]
export type Reason = 'refused' | 'gave_up' | 'unreadable'

export const reasonWords: Readonly<Record<string, string>> = {
  refused: 'The other side refused it for good',
  gave_up: 'The other side could not be reached for days',
  unreadable: 'It cannot be read any more: its key is gone',
}
export const reasonInWords = (reason: string): string => reasonWords[reason] ?? reason
export const isReason = (reason: string): reason is Reason => Object.hasOwn(reasonWords, reason)
/** `password_reset`: password reset. */
export const templateInWords = (template: string): string => template.replaceAll('_', ' ')

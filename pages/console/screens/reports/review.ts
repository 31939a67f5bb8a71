import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { myId } from '../../../base/state/session.ts'
import { staffName } from '../../state/staff-directory.ts'
import { withStepUp } from '../../state/step-up.ts'
import { useVersioned, type Versioned } from '../../state/versioned.ts'
import {
  type Action,
  actionWords,
  type ReportDetail,
  type ReportStatus,
  type Resolution,
  resolutionWords,
  statusWords,
} from './words.ts'

export interface Change {
  readonly status?: ReportStatus
  readonly resolution?: Resolution
  readonly note?: string
  readonly action?: Action
}
export type Review = Versioned<ReportDetail, Change>

function differencesOf(before: ReportDetail, now: ReportDetail): readonly string[] {
  return [
    ...(before.status === now.status ? [] : [`Its state is now “${statusWords[now.status]}”.`]),
    ...(before.resolution === now.resolution || now.resolution === null
      ? []
      : [`It was decided: ${resolutionWords[now.resolution].toLowerCase()}.`]),
    ...now.staffNotes.slice(before.staffNotes.length).map(({ by }) => `${staffName(by)} added a note.`),
    ...now.actions.slice(before.actions.length).map(({ action }) => `${actionWords[action]}.`),
    ...(before.message !== null && now.message === null ? ['The message had to be forgotten.'] : []),
  ]
}

const isThere = (before: ReportDetail, now: ReportDetail, change: Change): boolean =>
  (change.status === undefined || now.status === change.status) &&
  (change.resolution === undefined || now.resolution === change.resolution) &&
  (change.action === undefined || now.actions.some(({ action }) => action === change.action)) &&
  (change.note === undefined ||
    now.staffNotes
      .slice(before.staffNotes.length)
      .some(({ text, by }) => by === myId() && text === change.note?.trim()))

/** One report as it is read, and what is decided about it. */
export const useReview = (id: string): Review =>
  useVersioned(id, {
    read: () => ask(v1.reports[':id'].$get({ param: { id } })),
    write: (json, ifMatch) =>
      withStepUp(() =>
        ask(v1.reports[':id'].$patch({ param: { id }, json }, { headers: { 'If-Match': ifMatch } })),
      ),
    differencesOf,
    isThere,
  })

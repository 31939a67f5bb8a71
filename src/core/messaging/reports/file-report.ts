import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { forbidden, tooMany } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { TakeFromLimits } from '../../platform/limits/limits.ts'
import { linkTo, referenceOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Chat } from '../chat/chat.ts'
import { messageIsDeleted } from '../chat/messages.model.ts'
import {
  queue,
  type ReportFiled,
  type ReportMessage,
  type ReportSettings,
  reports,
  type StoredReport,
} from './reports.model.ts'
import type { SealReport } from './seal-report.ts'

/** A UUID of version 8 that is the same whenever this person reports this message. */
async function idOf(reporterId: string, messageId: string): Promise<string> {
  const text = new TextEncoder().encode(`report ${reporterId} ${messageId}`)
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', text), 0, 16)
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant.toString(16)}${hex.slice(18, 20)}`,
    hex.slice(20),
  ].join('-')
}

/**
 * Keeps the message as it is now, for staff, whatever becomes of it. A member of its conversation who sees it, also a
 * guest; to others it is not there. Once for each person and message: again it answers the same, and nothing is changed.
 */
export const createFileReport =
  (
    { documents, clock }: Needs<'documents' | 'clock'>,
    parts: {
      readonly chat: Pick<Chat, 'readSeenMessage'>
      readonly audit: Pick<Recording, 'record'>
      readonly mail: Pick<Mailing, 'enqueue'>
      readonly sealing: SealReport
      readonly settings: ReportSettings
      readonly takeTurn: (userId: string) => Promise<void>
    },
  ) =>
  async (
    caller: Caller,
    actor: Actor,
    messageId: string,
    { reason, note }: ReportMessage,
  ): Promise<{ readonly value: ReportFiled; readonly isNew: boolean }> => {
    const { chat, audit, mail, sealing, settings, takeTurn } = parts
    const { userId, sessionId } = actor
    const message = await chat.readSeenMessage(actor, messageId)
    if (message.senderId === userId) throw forbidden()
    await takeTurn(userId)
    const id = await idOf(userId, messageId)

    const tellStaff = () =>
      Promise.all(
        settings.notify.map((to, i) =>
          mail.enqueue(
            {
              template: 'report_arrived',
              to,
              // Addresses in the settings are nobody's whose language is known.
              language: 'en',
              reference: referenceOf(id),
              link: linkTo(`${settings.pages.staffReports}/${id}`),
            },
            `report arrived ${id} ${i}`,
          ),
        ),
      )
    const repeated = async () => {
      await tellStaff()
      return { value: { id }, isNew: false }
    }
    if (await documents.read(reports, { partition: queue, id })) return repeated()
    if (message.deletedAt !== null) throw messageIsDeleted()

    const now = clock.now()
    const at = new Date(now).toISOString()
    const { text, attachments, timestamp, editedAt } = message
    const report: StoredReport = {
      id,
      queue,
      status: 'open',
      reason,
      messageId,
      conversationId: message.conversationId,
      reporterId: userId,
      reportedId: message.senderId,
      ...(await sealing.sealAll(id, {
        sealedMessage: {
          text,
          attachments: attachments.map(({ name, size, mimeType }) => ({ name, size, mimeType })),
          timestamp,
          editedAt,
        },
        sealedNote: note ?? null,
        sealedStaffNotes: null,
      })),
      resolution: null,
      actions: [],
      createdAt: at,
      updatedAt: at,
      resolvedAt: null,
      resolvedBy: null,
      retainUntil: new Date(now + settings.retentionMs).toISOString(),
    }
    try {
      await documents.insert(reports, report)
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      return repeated()
    }
    await audit.record(caller, {
      event: 'report.file',
      actorId: userId,
      sessionId,
      resource: { type: 'report', id },
    })
    await tellStaff()
    return { value: { id }, isNew: true }
  }

/** Throws `rate_limit_exceeded` for who reports too much. */
export const createTakeTurn =
  (take: TakeFromLimits, limits: Parameters<TakeFromLimits>[0]) =>
  async (userId: string): Promise<void> => {
    const { isExceeded, resetInSeconds } = await take(limits, userId, 1)
    if (isExceeded) throw tooMany('Too many reports.', resetInSeconds)
  }

import type { QueuedMail } from '../../../ports/mail-queue.ts'
import type { Needs } from '../../../ports/ports.ts'
import { ownTraceParent, type TraceParent } from '../../../ports/traceparent.ts'
import type { Language } from '../../kernel/language.ts'
import type { Keys } from '../keys/keys.ts'
import type { TemplateInputs, TemplateName } from './template.ts'
import { deliveries } from './templates.ts'

const purpose = 'mail'
export const recipientPurpose = 'mail recipient'
const place = (id: string): string => `mail_outbox.sealed ${id}`
export const priorities = { code: 0, notice: 10, summary: 15 } as const

/** Where a mail goes, and what is read there. */
export interface Recipient {
  readonly to: string
  readonly language: Language
}

/** One mail: a template, what it needs, and the recipient. */
export type Mail = {
  [N in TemplateName]: { readonly template: N } & Recipient & TemplateInputs[N]
}[TemplateName]

type Opened = {
  [N in TemplateName]: { readonly template: N; readonly input: TemplateInputs[N] } & Recipient & {
      /** Where it was asked for. */
      readonly trace: TraceParent | null
    }
}[TemplateName]

const isTemplate = (name: string): name is TemplateName => Object.hasOwn(deliveries, name)

/** Everything but the reference is encrypted while it waits; the reference may get its value when it is stored. */
export function createSealMail({ clock, ids, telemetry }: Needs<'clock' | 'ids' | 'telemetry'>, keys: Keys) {
  return {
    /** A mail ready to be stored. `key` names the occasion: for one key one mail is sent, however often it is asked for. */
    async seal(mail: Mail, key: string): Promise<QueuedMail> {
      const { template, to, language, ...input } = mail
      const { reference = null, ...rest } = input as { readonly reference?: string }
      const { priority, usefulForMs } = deliveries[template]
      const id = ids.next()
      const now = clock.now()
      const createdAt = new Date(now).toISOString()
      const text = new TextEncoder().encode(
        JSON.stringify({ to, language, input: rest, trace: telemetry.context() ?? undefined }),
      )
      return {
        id,
        key,
        template,
        recipient: await keys.pseudonym(recipientPurpose, to),
        priority: priorities[priority],
        reference: reference === '' ? null : reference,
        sealed: await keys.seal(purpose, place(id), text),
        createdAt,
        dueAt: createdAt,
        expiresAt: usefulForMs === null ? null : new Date(now + usefulForMs).toISOString(),
      }
    },
    /** Null when it cannot be read: sealed with a key that is gone, altered, moved, or for a template that is gone. */
    async open({ id, template, reference, sealed }: QueuedMail): Promise<Opened | null> {
      const bytes = await keys.open(purpose, place(id), sealed)
      if (!bytes || !isTemplate(template)) return null
      // What waits since before there was another language is English.
      const {
        to,
        language = 'en',
        input,
        trace,
      } = JSON.parse(new TextDecoder().decode(bytes)) as {
        to: string
        language?: Language
        input: object
        trace?: string
      }
      return {
        template,
        to,
        language,
        trace: ownTraceParent(trace),
        input: reference === null ? input : { ...input, reference },
      } as Opened
    },
  }
}

export type SealMail = ReturnType<typeof createSealMail>

import type { QueuedMail } from '../../../ports/mail-queue.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Keys } from '../keys/keys.ts'
import { type TemplateInputs, type TemplateName, templates } from './templates.ts'

const purpose = 'mail'
export const recipientPurpose = 'mail recipient'
const place = (id: string): string => `mail_outbox.sealed ${id}`
export const priorities = { code: 0, notice: 10 } as const

/** One mail: a template, what it needs, and the address it goes to. */
export type Mail = {
  [N in TemplateName]: { readonly template: N; readonly to: string } & TemplateInputs[N]
}[TemplateName]

type Opened = {
  [N in TemplateName]: { readonly template: N; readonly to: string; readonly input: TemplateInputs[N] }
}[TemplateName]

const isTemplate = (name: string): name is TemplateName => Object.hasOwn(templates, name)

/** Everything but the reference is encrypted while it waits; the reference may get its value when it is stored. */
export function createSealMail({ clock, ids }: Needs<'clock' | 'ids'>, keys: Keys) {
  return {
    /** A mail ready to be stored. `key` names the occasion: for one key one mail is sent, however often it is asked for. */
    async seal(mail: Mail, key: string): Promise<QueuedMail> {
      const { template, to, ...input } = mail
      const { reference = null, ...rest } = input as { readonly reference?: string }
      const { priority, usefulForMs } = templates[template]
      const id = ids.next()
      const now = clock.now()
      const createdAt = new Date(now).toISOString()
      const text = new TextEncoder().encode(JSON.stringify({ to, input: rest }))
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
      const { to, input } = JSON.parse(new TextDecoder().decode(bytes)) as { to: string; input: object }
      return { template, to, input: reference === null ? input : { ...input, reference } } as Opened
    },
  }
}

export type SealMail = ReturnType<typeof createSealMail>

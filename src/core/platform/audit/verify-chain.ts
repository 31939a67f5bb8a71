import { z } from 'zod'
import { type AuditHead, headText, type KeptHead, readHead } from '../../../ports/audit.ts'
import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'
import { ForgedAnchor, readAnchors } from './anchors.ts'
import { type Recording, system } from './audit.model.ts'

const hourMs = 60 * 60_000
const verification = { type: 'audit', id: 'verification' } as const
export const verifiedEvent = 'audit.verify'

const Place = z
  .object({ month: z.string(), sequence: z.number().int() })
  .meta({ example: { month: '2026-03', sequence: 4_711 } })

export const AuditChain = z
  .object({
    verifiedAt: z.iso.datetime().nullable().meta({ description: 'Null before the first time.' }),
    isIntact: z.boolean().nullable().meta({ description: 'What was found then.' }),
    damage: z.string().nullable().meta({
      example: 'cut_off',
      description: 'The first kind of damage; `npm run audit:verify` names each place.',
    }),
    verifiedTo: z.array(Place).meta({ description: 'The last record that was there then, of each month.' }),
    heads: z.array(Place).meta({ description: 'The last record that is there now, of each month.' }),
  })
  .meta({ id: 'AuditChain' })
export type AuditChain = z.infer<typeof AuditChain>

/**
 * Once a day the whole chain is recomputed, page by page, and compared with what the anchors say. What came of it is a
 * record of the log: it needs no other place, and cannot be changed either.
 */
export function createVerifyChain(
  {
    audit,
    auditAnchors,
    auditKeys,
    clock,
    log,
    telemetry,
  }: Needs<'audit' | 'auditAnchors' | 'auditKeys' | 'clock' | 'log' | 'telemetry'>,
  { record }: Pick<Recording, 'record'>,
) {
  let known: { readonly lookedAtMs: number; readonly atMs: number; readonly isIntact: boolean } | null = null
  // Where another process has looked since, what this one knows is old.
  const latest = () => (known && isRecent(known.lookedAtMs, 3 * hourMs, clock.now()) ? known : null)
  telemetry.gauge('audit.damaged', () => {
    const found = latest()
    return found && (found.isIntact ? 0 : 1)
  })
  telemetry.gauge('audit.verified_age', () => {
    const found = latest()
    return found?.isIntact ? Math.max(0, clock.now() - found.atMs) / 1_000 : null
  })
  const lastOne = async () => (await audit.listByResource(verification, { limit: 1 })).items[0]
  async function look(): Promise<{ readonly heads: readonly AuditHead[]; readonly damage: string | null }> {
    const kept: KeptHead[] = []
    try {
      for await (const text of auditAnchors?.texts() ?? []) kept.push(...(await readAnchors(text, auditKeys)))
    } catch (error) {
      if (!(error instanceof ForgedAnchor)) throw error
      return { heads: [], damage: 'forged_anchor' }
    }
    const { heads, damages } = await audit.verify(kept)
    return { heads, damage: damages[0]?.kind ?? null }
  }

  async function verify(): Promise<void> {
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    const last = await lastOne()
    const lookedAtMs = clock.now()
    if (last) known = { lookedAtMs, atMs: Date.parse(last.createdAt), isIntact: last.outcome === 'success' }
    if (last?.createdAt.startsWith(today)) return
    const { heads, damage } = await look()
    if (heads.length === 0 && damage === null) return
    if (damage !== null) log.error('audit_damaged', new Error(`the audit log is damaged: ${damage}`))
    await record(null, {
      event: verifiedEvent,
      actorId: system,
      resource: verification,
      outcome: damage === null ? 'success' : 'failure',
      ...(damage === null ? {} : { reason: damage }),
      changedFields: heads.map(headText),
    })
    known = { lookedAtMs, atMs: clock.now(), isIntact: damage === null }
  }

  // Once an hour, so that a day whose first run was cut off is made up for.
  const job: Job = { name: 'verify-audit', everyMs: hourMs, run: verify }

  return {
    job,
    async chain(): Promise<AuditChain> {
      const [last, heads] = await Promise.all([lastOne(), audit.heads()])
      const placeOf = ({ partition, sequence }: { partition: string; sequence: number }) => ({
        month: partition,
        sequence,
      })
      return {
        verifiedAt: last?.createdAt ?? null,
        isIntact: last ? last.outcome === 'success' : null,
        damage: last?.reason ?? null,
        verifiedTo: (last?.changedFields ?? []).flatMap((text) => {
          const head = readHead(text)
          return head ? [placeOf(head)] : []
        }),
        heads: heads.map(placeOf),
      }
    },
  }
}

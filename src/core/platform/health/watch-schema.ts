import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { type OldSchema, SchemaTooOld } from '../../../ports/record-schema.ts'
import { answerInTime } from '../../kernel/answer-in-time.ts'
import { defineError } from '../../kernel/errors.ts'

const schemaTooOld = defineError(
  'unavailable',
  'unavailable',
  'This is not available right now. Try again shortly.',
)
const retryAfterSeconds = 5
const patienceMs = 2_000
/** Asked so often whether somebody has migrated, and no more. */
const askAgainMs = 1_000

/** Whether the program can work with the schema that its records have. */
export function createSchemaWatch({ recordSchema, clock, log }: Needs<'recordSchema' | 'clock' | 'log'>) {
  /** Undefined until the database has said it. */
  let known: OldSchema | null | undefined
  let said: string | null = null
  let askedAtMs: number | null = null
  let first: Promise<unknown> | undefined

  async function look(): Promise<OldSchema | null> {
    askedAtMs = clock.now()
    known = await recordSchema.tooOld()
    const error = known && new SchemaTooOld(known)
    if (error && error.message !== said) log.error('schema_too_old', error, { ...known })
    said = error?.message ?? null
    return known
  }

  return {
    look,
    /**
     * Throws where nothing may be done, since half of it would fail. What the database has not said yet is waited for once,
     * and not long: where it does not answer, what needs it says so itself.
     */
    async require(): Promise<void> {
      if (known === null) return
      first ??= answerInTime(look, patienceMs).catch(() => {})
      await first
      const isAskedEnough = askedAtMs !== null && isRecent(askedAtMs, askAgainMs, clock.now())
      if (known !== null && !isAskedEnough) void look().catch(() => {})
      if (known) throw schemaTooOld({ retryAfterSeconds })
    },
  }
}

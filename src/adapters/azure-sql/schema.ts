import { type OldSchema, type RecordSchema, SchemaTooOld } from '../../ports/record-schema.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { AzureSqlDatabase } from './database.ts'
import { AzureSqlFailure } from './failure.ts'
import { newestSchema } from './migrations.ts'

const noSuchTable = 208
/** To read which schema it has is a right of the role since one of the migrations. */
const noRight = 229

async function findSchema(database: AzureSqlDatabase): Promise<number | null> {
  try {
    const { rows } = await database.run(
      'record-schema',
      'select coalesce(max(number), 0) as number from schema_migrations',
      {},
    )
    return Number(rows[0]?.['number'])
  } catch (error) {
    const cause = error instanceof PortUnavailable ? error.cause : undefined
    const number = cause instanceof AzureSqlFailure ? cause.number : undefined
    if (number === noSuchTable) return 0
    if (number === noRight) return null
    throw error
  }
}

/**
 * The same database, of which nothing is asked while its schema is older than `needed`: everything is
 * `PortUnavailable(port)` then, because of `SchemaTooOld`.
 */
export function needingSchema(
  database: AzureSqlDatabase,
  needed: number = newestSchema,
): { readonly database: AzureSqlDatabase; readonly recordSchema: RecordSchema } {
  let isGood = false
  let asking: Promise<OldSchema | null> | undefined

  async function ask(): Promise<OldSchema | null> {
    const found = await findSchema(database)
    isGood = found !== null && found >= needed
    return isGood ? null : { found, needed }
  }
  async function tooOld(): Promise<OldSchema | null> {
    if (isGood) return null
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
  async function check(port: string): Promise<void> {
    if (isGood) return
    let old: OldSchema | null
    try {
      old = await tooOld()
    } catch (error) {
      throw new PortUnavailable(port, { cause: error instanceof PortUnavailable ? error.cause : error })
    }
    if (old) throw new PortUnavailable(port, { cause: new SchemaTooOld(old) })
  }

  return {
    recordSchema: { tooOld },
    database: {
      async run(port, ...statement) {
        await check(port)
        return database.run(port, ...statement)
      },
      async write(port, refusals, work) {
        await check(port)
        return database.write(port, refusals, work)
      },
      close: database.close,
    },
  }
}

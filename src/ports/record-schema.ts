/** How far the schema of a database is behind what this program was written for. */
export interface OldSchema {
  /** The number of its last migration; null where it is so old that the program may not see it. */
  readonly found: number | null
  readonly needed: number
}

/** Numbers of the migrations that have yet to be applied; where `found` is null, the last of them. */
export const missingMigrations = ({ found, needed }: OldSchema): readonly number[] => {
  const first = found === null ? needed : found + 1
  return Array.from({ length: needed - first + 1 }, (_, i) => first + i)
}

/** What brings a schema up to date, for whoever may change tables. */
export const migrateCommand = 'npm run migrate'

/** Every use of the database fails with this as its cause until somebody migrates it. */
export class SchemaTooOld extends Error {
  override readonly name = 'SchemaTooOld'
  constructor(schema: OldSchema) {
    const { found, needed } = schema
    const missing = missingMigrations(schema)
    const has = found === null ? `a schema before ${needed}` : found === 0 ? 'no schema' : `schema ${found}`
    super(
      `the database of forms, mail and the audit log has ${has}, and this program needs ${needed}: ` +
        `migration ${missing.join(', ')} is missing. Run ${migrateCommand}.`,
    )
  }
}

/**
 * The schema of the database of the records, where the program does not bring it up to date itself.
 */
export interface RecordSchema {
  /**
   * Null where it has what this program needs: a newer one, too. Asked of the database until it was so once. Throws
   * `PortUnavailable('record-schema')`.
   */
  tooOld(): Promise<OldSchema | null>
}

/** Of a store whose tables the program itself makes. */
export const ownSchema: RecordSchema = { tooOld: async () => null }

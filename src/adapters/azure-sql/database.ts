import { setTimeout } from 'node:timers/promises'
import type { TokenCredential } from '@azure/identity'
import sql from 'mssql'
import { decodeCursor, InvalidCursor } from '../../ports/cursor.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { AzureSqlFailure } from './failure.ts'
import { declare, givenText, type SqlValues } from './parameters.ts'

export type SqlRow = Readonly<Record<string, unknown>>

/** Runs one statement. Values are always parameters: `@name` in the statement, `name` in `values`. */
export type Run = (
  statement: string,
  values: SqlValues,
) => Promise<{ readonly rows: readonly SqlRow[]; readonly changed: number }>

/** Thrown by work inside `write` to refuse it. */
export type Refusal = new (...values: any[]) => Error

export interface AzureSqlDatabase {
  /** One statement, which is a transaction of its own. */
  run(port: string, ...statement: Parameters<Run>): ReturnType<Run>
  /**
   * Runs `work` in one transaction. Work that lost against somebody else, as the victim of a deadlock or to the same
   * unique key, is undone and begins again, so it must do nothing but run statements. An error of a class in `refusals`
   * undoes it and is thrown; any other error undoes it and is `PortUnavailable(port)`.
   */
  write<T>(port: string, refusals: readonly Refusal[], work: (run: Run) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface AzureSqlConnection {
  readonly server: string
  readonly port: number
  readonly database: string
  /** By name and password, or as an identity. */
  readonly signIn:
    | { readonly user: string; readonly password: string }
    | { readonly credential: TokenCredential }
  /** PEM of the authority to trust instead of the usual ones. */
  readonly authority?: string
  readonly timeoutMs?: number
  /**
   * Whether what a statement fails with says what the server said about it, which may quote values. Only for somebody who sits
   * before it, and whose statements have none.
   */
  readonly quotesServer?: boolean
}

const maxAttempts = 6
/** Longer than anything this project asks takes. */
const defaultTimeoutMs = 10_000

function runOn(
  request: sql.Request,
  { quotesServer = false }: Pick<AzureSqlConnection, 'quotesServer'>,
): Run {
  return async (statement, values) => {
    const tooLong = declare(request, values)
    try {
      const { recordset, rowsAffected } = await request.query(statement)
      return { rows: (recordset ?? []).map(givenRow), changed: rowsAffected[0] ?? 0 }
    } catch (error) {
      throw new AzureSqlFailure(error, { tooLong, quotesServer })
    }
  }
}

const givenRow = (row: SqlRow): SqlRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? givenText(value) : value]),
  )

/** As the driver takes it. Encryption cannot be turned off, and the certificate has to be good. */
const configurationOf = ({
  server,
  port,
  database,
  signIn,
  authority,
  timeoutMs = defaultTimeoutMs,
}: AzureSqlConnection): sql.config => ({
  server,
  port,
  database,
  ...('credential' in signIn
    ? { authentication: { type: 'token-credential', options: { credential: signIn.credential } } }
    : { user: signIn.user, password: signIn.password }),
  connectionTimeout: timeoutMs,
  requestTimeout: timeoutMs,
  // A connection that is no longer there shows without a question to the server before each statement.
  validateConnection: 'socket',
  pool: { min: 0, max: 10, acquireTimeoutMillis: timeoutMs, idleTimeoutMillis: 60_000 },
  options: {
    encrypt: true,
    // What `readpast` needs; the database may have row versions or not.
    connectionIsolationLevel: sql.ISOLATION_LEVEL.READ_COMMITTED,
    trustServerCertificate: false,
    cancelTimeout: 1_000,
    appName: 'tools-inc-api',
    ...(authority === undefined ? {} : { cryptoCredentialsDetails: { ca: authority } }),
  },
})

/** Connects when the first statement is run, and again whenever it has to. */
export function openAzureSql(connection: AzureSqlConnection): AzureSqlDatabase {
  let opening: Promise<sql.ConnectionPool> | undefined
  const failureOf = (error: unknown) => new AzureSqlFailure(error, connection)

  async function open(): Promise<sql.ConnectionPool> {
    const pool = new sql.ConnectionPool(configurationOf(connection))
    // Whoever asked for the connection is told, too.
    pool.on('error', () => {})
    try {
      return await pool.connect()
    } catch (error) {
      opening = undefined
      throw failureOf(error)
    }
  }
  const pool = () => (opening ??= open())

  async function transact<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const transaction = (await pool()).transaction()
    await transaction.begin().catch((error) => Promise.reject(failureOf(error)))
    let result: T
    try {
      result = await work((...statement) => runOn(transaction.request(), connection)(...statement))
    } catch (error) {
      // Fails when the server has undone it already or is no longer there: then there is nothing to undo.
      await transaction.rollback().catch(() => {})
      throw error
    }
    await transaction.commit().catch((error) => Promise.reject(failureOf(error)))
    return result
  }

  async function untilItHappened<T>(port: string, refusals: readonly Refusal[], work: () => Promise<T>) {
    for (let attempt = 1; ; attempt++)
      try {
        return await work()
      } catch (error) {
        if (refusals.some((refusal) => error instanceof refusal)) throw error
        const isLostRace = error instanceof AzureSqlFailure && error.isLostRace
        if (!isLostRace || attempt === maxAttempts) throw new PortUnavailable(port, { cause: error })
        await setTimeout(Math.random() * 10 * 2 ** attempt)
      }
  }

  return {
    run: (port, ...statement) =>
      untilItHappened(port, [], async () => runOn((await pool()).request(), connection)(...statement)),
    write: (port, refusals, work) => untilItHappened(port, refusals, () => transact(work)),
    async close() {
      const opened = await opening?.catch(() => undefined)
      await opened?.close()
    },
  }
}

export const toTime = (iso: string): Date => new Date(iso)
export const toTimeOrNull = (iso: string | null): Date | null => (iso === null ? null : new Date(iso))
/** A column of a row as the ports have it. */
export const fromSql = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value)

/** The position in a list that is ordered by a time. */
export function decodeTimeCursor(text: string): { readonly time: Date; readonly lastId: string } {
  const [order, lastId] = decodeCursor(text)
  const time = new Date(order)
  if (Number.isNaN(time.getTime())) throw new InvalidCursor()
  return { time, lastId }
}

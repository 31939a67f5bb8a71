import { setTimeout } from 'node:timers/promises'
import type { TokenCredential } from '@azure/identity'
import sql from 'mssql'
import { decodeCursor, InvalidCursor } from '../../ports/cursor.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

export type SqlValue = string | number | boolean | Date | null
export type SqlRow = Readonly<Record<string, unknown>>

/** Runs one statement. Values are always parameters: `@name` in the statement, `name` in `values`. */
export type Run = (
  statement: string,
  values: Readonly<Record<string, SqlValue>>,
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
}

const deadlock = 1205
const duplicateKey = [2601, 2627]
const maxAttempts = 6
/** Longer than anything this project asks takes. */
const defaultTimeoutMs = 10_000

/**
 * What the server or the driver said. Without the server's own text, which may quote a value; the number says what it is
 * in the list of the Database Engine's errors.
 */
export class AzureSqlFailure extends Error {
  override readonly name = 'AzureSqlFailure'
  readonly number: number | undefined
  /** Whether somebody else was first, so that the same work may go through when it begins again. */
  readonly isLostRace: boolean

  constructor(error: unknown) {
    const { code, message, number, state } = error as sql.RequestError
    super(
      number === undefined
        ? `${code ?? 'failure'}: ${message}`
        : `error ${number}, state ${state}, from the database`,
    )
    this.number = number
    this.isLostRace = number !== undefined && [deadlock, ...duplicateKey].includes(number)
  }
}

function runOn(request: sql.Request): Run {
  return async (statement, values) => {
    for (const [name, value] of Object.entries(values)) {
      if (value instanceof Date) request.input(name, sql.DateTime2(3), value)
      else request.input(name, value)
    }
    try {
      const { recordset, rowsAffected } = await request.query(statement)
      return { rows: recordset ?? [], changed: rowsAffected[0] ?? 0 }
    } catch (error) {
      throw new AzureSqlFailure(error)
    }
  }
}

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
    trustServerCertificate: false,
    cancelTimeout: 1_000,
    appName: 'tools-inc-api',
    ...(authority === undefined ? {} : { cryptoCredentialsDetails: { ca: authority } }),
  },
})

/** Connects when the first statement is run, and again whenever it has to. */
export function openAzureSql(connection: AzureSqlConnection): AzureSqlDatabase {
  let opening: Promise<sql.ConnectionPool> | undefined

  async function open(): Promise<sql.ConnectionPool> {
    const pool = new sql.ConnectionPool(configurationOf(connection))
    // Whoever asked for the connection is told, too.
    pool.on('error', () => {})
    try {
      return await pool.connect()
    } catch (error) {
      opening = undefined
      throw new AzureSqlFailure(error)
    }
  }
  const pool = () => (opening ??= open())

  async function transact<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const transaction = (await pool()).transaction()
    await transaction.begin().catch((error) => Promise.reject(new AzureSqlFailure(error)))
    let result: T
    try {
      result = await work((...statement) => runOn(transaction.request())(...statement))
    } catch (error) {
      // Fails when the server has undone it already or is no longer there: then there is nothing to undo.
      await transaction.rollback().catch(() => {})
      throw error
    }
    await transaction.commit().catch((error) => Promise.reject(new AzureSqlFailure(error)))
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
      untilItHappened(port, [], async () => runOn((await pool()).request())(...statement)),
    write: (port, refusals, work) => untilItHappened(port, refusals, () => transact(work)),
    async close() {
      const opened = await opening?.catch(() => undefined)
      await opened?.close()
    },
  }
}

/** Compares byte by byte: the usual collation would take `A` for `a`, and one key for another. */
export const exactly = 'collate Latin1_General_100_BIN2'

/** The texts of a parameter that holds them as JSON. What comes out of JSON has a collation of its own. */
export const textsOf = (parameter: string): string =>
  `select distinct cast(value as nvarchar(100)) ${exactly} from openjson(@${parameter})`

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

import type sql from 'mssql'

const deadlock = 1205
const duplicateKey = [2601, 2627]
const tooLongForColumn = [2628, 8152]

/** What the codes of the driver mean. */
const words: Readonly<Record<string, string>> = {
  ETIMEOUT: 'time-out',
  ELOGIN: 'login refused',
  EFEDAUTH: 'no token for the login',
  ESOCKET: 'no connection',
  EINSTLOOKUP: 'no such instance',
  ECONNRESET: 'connection broken',
  ECONNCLOSED: 'connection closed',
  ECLOSE: 'connection closed',
  ENOCONN: 'no connection',
  ENOTOPEN: 'no connection',
  EINVALIDSTATE: 'connection not usable',
  ECANCEL: 'cancelled',
  EABORT: 'transaction undone',
  ENOTBEGUN: 'no transaction',
  EREQINPROG: 'transaction busy',
  EREQUEST: 'request failed',
}

interface Told {
  readonly tooLong?: readonly string[]
  readonly quotesServer?: boolean
}

type SaidBefore = sql.RequestError & { readonly precedingErrors?: readonly Error[] }

/** The words of the server for one failure, what it said before included, which is often what says why. */
const wordsOf = ({ message, precedingErrors = [] }: SaidBefore): string =>
  [...precedingErrors.map((error) => error.message), message].join(' ')

function describe(error: unknown, { tooLong = [], quotesServer = false }: Told): string {
  const { code, message, name, number, state } = error as sql.RequestError
  // Where nobody answered, the driver has its own code for a number.
  if (typeof number === 'number') {
    const named = tooLong.length > 0 ? `: ${tooLong.join(', ')}` : ''
    const what = tooLongForColumn.includes(number) ? `, too long for its column${named}` : ''
    const said = quotesServer ? `: ${wordsOf(error as SaidBefore)}` : ''
    return `error ${number}, state ${state}, from the database${what}${said}`
  }
  // Waiting for a connection of the pool ends without a code.
  const known = code ?? (name === 'TimeoutError' ? 'ETIMEOUT' : undefined)
  if (known === undefined) return `failure: ${message}`
  return `${words[known] ?? 'failure'} (${known}): ${message}`
}

/**
 * What the server or the driver said. Without the server's own text, which may quote a value; the number says what it is
 * in the list of the Database Engine's errors.
 */
export class AzureSqlFailure extends Error {
  override readonly name = 'AzureSqlFailure'
  readonly number: number | undefined
  /** Whether somebody else was first, so that the same work may go through when it begins again. */
  readonly isLostRace: boolean

  constructor(error: unknown, told: Told = {}) {
    super(describe(error, told))
    const { number } = error as sql.RequestError
    this.number = typeof number === 'number' ? number : undefined
    this.isLostRace = this.number !== undefined && [deadlock, ...duplicateKey].includes(this.number)
  }
}

import { describe, expect, test } from 'vitest'
import { AzureSqlFailure } from './failure.ts'

const driverError = (name: string, message: string, facts: object) =>
  Object.assign(new Error(message), { name, ...facts })

describe('a failure says what it is', () => {
  test.each([
    ['ETIMEOUT', 'time-out'],
    ['ELOGIN', 'login refused'],
    ['EFEDAUTH', 'no token for the login'],
    ['ESOCKET', 'no connection'],
    ['ECONNRESET', 'connection broken'],
    ['ECONNCLOSED', 'connection closed'],
    ['ECLOSE', 'connection closed'],
    ['ENOCONN', 'no connection'],
    ['ENOTOPEN', 'no connection'],
    ['EINVALIDSTATE', 'connection not usable'],
    ['EREQUEST', 'request failed'],
    ['ECANCEL', 'cancelled'],
    ['EABORT', 'transaction undone'],
    ['EINSTLOOKUP', 'no such instance'],
    ['ESOMETHINGNEW', 'failure'],
  ])('%s of the driver is: %s', (code, word) => {
    // The driver puts its code in the place of the number, too, where the server gave none.
    for (const facts of [{ code }, { code, number: code, state: undefined }]) {
      const failure = new AzureSqlFailure(driverError('RequestError', 'in its words', facts))
      expect(failure.message).toBe(`${word} (${code}): in its words`)
      expect(failure).toMatchObject({ number: undefined, isLostRace: false })
    }
  })

  test('waiting for a connection of the pool in vain is a time-out, too', () => {
    const failure = new AzureSqlFailure(driverError('TimeoutError', 'operation timed out', {}))
    expect(failure.message).toBe('time-out (ETIMEOUT): operation timed out')
  })

  test('an error of the server is its number, and its words only for whoever asked for them', () => {
    const error = driverError('RequestError', 'Could not create constraint. See previous errors.', {
      code: 'EREQUEST',
      number: 1750,
      state: 0,
      precedingErrors: [new Error('The column secret does not exist.')],
    })
    expect(new AzureSqlFailure(error).message).toBe('error 1750, state 0, from the database')
    expect(new AzureSqlFailure(error, { quotesServer: true }).message).toBe(
      'error 1750, state 0, from the database: The column secret does not exist. Could not create constraint. See previous errors.',
    )
  })

  test.each([1205, 2601, 2627])('%i is a lost race', (number) => {
    expect(new AzureSqlFailure(driverError('RequestError', '', { number })).isLostRace).toBe(true)
  })

  test('what is too long is named, not quoted', () => {
    const error = driverError('RequestError', `truncated value: 'secret'`, { number: 2628, state: 1 })
    expect(new AzureSqlFailure(error, { tooLong: ['type', 'status'] }).message).toBe(
      'error 2628, state 1, from the database, too long for its column: type, status',
    )
  })
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AzureSqlStandIn, startAzureSql } from '../../../test/stand-ins/azure-sql.ts'
import { missingMigrations, SchemaTooOld } from '../../ports/record-schema.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { type AzureSqlDatabase, openAzureSql } from './database.ts'
import { migrate, newestSchema } from './migrations.ts'
import { needingSchema } from './schema.ts'

let server: AzureSqlStandIn
let plain: AzureSqlDatabase
beforeEach(async () => {
  server = await startAzureSql()
  plain = openAzureSql({ ...server.connection, timeoutMs: 1_000 })
})
afterEach(async () => {
  await plain.close()
  await server.stop()
})

const refusalOf = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => expect.fail('it went well'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(PortUnavailable)
  return error as PortUnavailable
}
const answerOf = async (database: AzureSqlDatabase) =>
  (await database.run('audit', 'select @reference as said', { reference: 'well' })).rows[0]?.['said']
const goBackTo = (schema: number) => server.exec(`delete from schema_migrations where number > ${schema}`)
const asked = () => server.statements.filter((sent) => sent.includes('from schema_migrations')).length

test('an empty database is asked nothing else, until somebody has migrated it', async () => {
  const { database, recordSchema } = needingSchema(plain)
  const before = server.statements.length
  const refusals = await Promise.all([
    refusalOf(database.run('audit', 'select 1 as one', {})),
    refusalOf(database.write('mail-queue', [], () => expect.fail('work was begun'))),
  ])
  expect(refusals.map(({ port }) => port)).toEqual(['audit', 'mail-queue'])
  for (const { cause } of refusals) {
    expect(cause).toBeInstanceOf(SchemaTooOld)
    expect((cause as Error).message).toBe(
      `the database of forms, mail and the audit log has no schema, and this program needs ${newestSchema}: ` +
        `migration ${Array.from({ length: newestSchema }, (_, i) => i + 1).join(', ')} is missing. Run npm run migrate.`,
    )
  }
  expect(server.statements.length).toBe(before + 1)
  await migrate(plain)
  expect(await answerOf(database)).toBe('well')
  expect(await recordSchema.tooOld()).toBeNull()
  const then = asked()
  await database.run('audit', 'select 1 as one', {})
  expect(asked()).toBe(then)
})

test.each([1, newestSchema - 1])(
  'schema %i is too old, and the missing migrations have their names',
  async (found) => {
    await migrate(plain)
    goBackTo(found)
    const { database, recordSchema } = needingSchema(plain)
    const old = { found, needed: newestSchema }
    expect(await recordSchema.tooOld()).toEqual(old)
    expect(missingMigrations(old)).toEqual(
      Array.from({ length: newestSchema - found }, (_, i) => found + 1 + i),
    )
    const { cause } = await refusalOf(database.run('audit', 'select 1 as one', {}))
    expect((cause as Error).message).toContain(`has schema ${found}, and this program needs ${newestSchema}`)
  },
)

test('a schema that the program may not read is one from before it might', async () => {
  await migrate(plain)
  server.fail(/from schema_migrations/, 'refused', 2)
  const { database, recordSchema } = needingSchema(plain)
  const old = { found: null, needed: newestSchema }
  expect(await recordSchema.tooOld()).toEqual(old)
  expect(missingMigrations(old)).toEqual([newestSchema])
  const { cause } = await refusalOf(database.run('audit', 'select 1 as one', {}))
  expect((cause as Error).message).toContain(`has a schema before ${newestSchema}`)
  expect(await answerOf(database)).toBe('well')
})

test('a newer schema serves an older program', async () => {
  await migrate(plain)
  server.exec('insert into schema_migrations (number) values (99)')
  const { database, recordSchema } = needingSchema(plain)
  expect(await recordSchema.tooOld()).toBeNull()
  expect(await answerOf(database)).toBe('well')
})

test('a database that does not answer is unavailable, and not old', async () => {
  await migrate(plain)
  server.fail(/from schema_migrations/, 'drop', 2)
  const { database, recordSchema } = needingSchema(plain)
  expect((await refusalOf(recordSchema.tooOld())).port).toBe('record-schema')
  const refusal = await refusalOf(database.run('audit', 'select 1 as one', {}))
  expect(refusal.port).toBe('audit')
  expect(refusal.cause).not.toBeInstanceOf(SchemaTooOld)
  expect(await answerOf(database)).toBe('well')
})

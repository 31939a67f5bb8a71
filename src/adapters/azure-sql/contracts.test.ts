import { describe, expect, test } from 'vitest'
import { testAuditKeys } from '../../../test/audit-keys.ts'
import { auditContract } from '../../../test/contracts/audit.contract.ts'
import { mailQueueContract, sliceRows } from '../../../test/contracts/mail-queue.contract.ts'
import { submissionsContract } from '../../../test/contracts/submissions.contract.ts'
import { startAzureSql } from '../../../test/stand-ins/azure-sql.ts'
import { findRefused, judge, judgeIsMissing, judgeSent } from '../../../test/stand-ins/t-sql-judge.ts'
import { findSyntaxError } from '../../../test/stand-ins/t-sql-syntax.ts'
import { createAzureSqlAudit } from './audit.ts'
import { openAzureSql } from './database.ts'
import { createAzureSqlMailQueue } from './mail-queue.ts'
import { migrate, migrationsOf } from './migrations.ts'
import { columnTypes } from './parameters.ts'
import { createAzureSqlSubmissions } from './submissions.ts'

const declared = new Map<string, Set<string>>()

/** Every statement that the contracts make the adapters send goes through the grammar on its way. */
async function open({ edition }: Pick<NonNullable<Parameters<typeof startAzureSql>[0]>, 'edition'> = {}) {
  const server = await startAzureSql({ findSyntaxError, ...(edition === undefined ? {} : { edition }) })
  const database = openAzureSql(server.connection)
  await migrate(database)
  return {
    server,
    audit: createAzureSqlAudit({ database, keys: testAuditKeys() }),
    mailQueue: createAzureSqlMailQueue({ database, sliceRows }),
    submissions: createAzureSqlSubmissions({ database, keys: testAuditKeys() }),
    async close() {
      await database.close()
      for (const [statement, declaration] of server.declarations) {
        const known = declared.get(statement) ?? new Set()
        declared.set(statement, known.add(declaration))
      }
      await server.stop()
    },
  }
}

const tamperings = {
  alter: `update audit_logs set outcome = 'failure' where sequence = 2`,
  remove: 'delete from audit_logs where sequence = 2',
  swap: `update audit_logs set sequence = 99 where sequence = 2;
         update audit_logs set sequence = 2 where sequence = 3;
         update audit_logs set sequence = 3 where sequence = 99`,
  prepend: `create temp table forged as select * from audit_logs where sequence = 1;
            update forged set id = 'forged', sequence = 0;
            insert into audit_logs select * from forged`,
}

/** The ledger of the server itself, and the trigger where there is none. */
for (const [name, edition, guard] of [
  ['azure-sql', 5, 'ledger_of_audit_logs'],
  ['azure-sql without ledgers', 3, 'audit_logs_append_only'],
] as const)
  auditContract(name, async () => {
    const { server, audit, close } = await open({ edition })
    return {
      audit,
      close,
      tamper(tampering) {
        for (const change of ['update', 'delete']) server.exec(`drop trigger ${guard}_${change}`)
        server.exec(tamperings[tampering])
      },
    }
  })

mailQueueContract('azure-sql', open)

submissionsContract('azure-sql', async () => {
  const { server, ...opened } = await open()
  return {
    ...opened,
    breakAudit: () =>
      server.exec(
        `create trigger no_more before insert on audit_logs begin select raise(abort, 'the disk is full'); end`,
      ),
  }
})

describe('what all contracts sent', () => {
  test('each text of a statement is declared in one way, whatever its values', () => {
    const seen = [...declared]
    expect(seen.length).toBeGreaterThan(80)
    expect(seen.filter(([, declarations]) => declarations.size > 1)).toEqual([])
  })

  test('whatever takes away or changes many rows does so a few at a time', () => {
    const one = /where (id|submission_id|series) = @/
    const inMigrations = new Set(migrationsOf({ ledger: '' }).flat())
    const mass = [...declared.keys()].filter(
      (sent) => /^(delete|update)/.test(sent) && !one.test(sent) && !inMigrations.has(sent),
    )
    expect(mass.length).toBeGreaterThan(5)
    expect(mass.filter((statement) => !/^(delete|update) top \(@limit\) /.test(statement))).toEqual([])
  })

  test('no later page reads what earlier ones had: the time alone is a range', () => {
    const pages = [...declared.keys()].filter((sent) => sent.includes('@lastId'))
    expect(pages.length).toBeGreaterThan(5)
    const range =
      /where (.* and )?(\w+) ([<>])= @time and \(\2 \3 @time or id \3 @lastId\)\s+order by \2 (asc|desc), id \4$/s
    expect(pages.filter((statement) => !range.test(statement))).toEqual([])
  })

  test('what waits for nobody says so, in the words that hold with row versions and without', () => {
    const claims = [...declared.keys()].filter((sent) => sent.startsWith('with due as'))
    expect(claims).toHaveLength(1)
    expect(claims[0]).toContain('from mail_outbox with (updlock, rowlock, readpast, readcommittedlock)')
  })

  test('no parameter is declared by its value', () => {
    const lengths = [...declared.values()].flatMap((declarations) =>
      [...declarations].flatMap((declaration) => [...declaration.matchAll(/@(\w+) nvarchar\((\d+)\)/g)]),
    )
    const columns = Object.values(columnTypes).flatMap((table) => Object.values(table))
    const known = new Set(columns.flatMap((column) => ('length' in column ? [column.length + 1] : [])))
    expect(lengths.filter(([, , length]) => !known.has(Number(length))).map(([text]) => text)).toEqual([])
  })

  test.skipIf(judge === null)(
    judge === null
      ? `not judged by Azure SQL's own parser: ${judgeIsMissing}`
      : `passes Azure SQL's own parser`,
    () => expect(findRefused([...declared.keys()])).toEqual([]),
  )
})

test
  .skipIf(judge === null)
  .each([
    'selekt id from audit_logs',
    'select id from audit_logs limit 1',
    'insert into audit_logs (id) values (@id) on conflict do nothing',
    'update audit_logs set id = @id where id = @id returning id',
  ])(`Azure SQL's own parser refuses \`%s\``, (statement) => {
  expect(findRefused(['select 1 as one', statement])).toMatchObject([{ statement }])
  expect(() => judgeSent([statement])).toThrow('Azure SQL would refuse this')
})

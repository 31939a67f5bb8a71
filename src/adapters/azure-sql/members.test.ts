import { expect, test } from 'vitest'
import { findRefused, judge, judgeIsMissing } from '../../../test/stand-ins/t-sql-judge.ts'
import { letIn, statementsThatLetIn } from './members.ts'

const id = '00112233-4455-6677-8899-aabbccddeeff'

test('an identity is let in by its number, as SQL Server keeps a UUID', () => {
  const [drop, create, add] = statementsThatLetIn('toolsinc-app', id)
  expect(create).toContain(
    'create user [toolsinc-app] with sid = 0x33221100554477668899aabbccddeeff, type = E',
  )
  expect(drop).toContain('sid <> 0x33221100554477668899aabbccddeeff')
  expect(add).toBe('alter role tools_inc_api add member [toolsinc-app]')
})

test.each([
  ["x'; drop table audit_logs --", id],
  ['a]b', id],
  ['', id],
  ['toolsinc-app', "' or 1=1"],
  ['toolsinc-app', id.slice(1)],
  ['toolsinc-app', `${id}0`],
])('%j with %j is refused before anything is asked', async (name, clientId) => {
  const asked: string[] = []
  const database = {
    run: async (_: string, statement: string) => {
      asked.push(statement)
      return { rows: [], changed: 0 }
    },
    write: () => Promise.reject(new Error('not here')),
    close: async () => {},
  }
  await expect(letIn(database, name, clientId)).rejects.toBeInstanceOf(TypeError)
  expect(asked).toEqual([])
  await letIn(database, 'toolsinc-app', id)
  expect(asked).toHaveLength(3)
})

test.skipIf(judge === null)(
  `the grammar of Azure SQL takes the statements${judge === null ? ` (not judged: ${judgeIsMissing})` : ''}`,
  () => expect(findRefused(statementsThatLetIn('toolsinc-app', id))).toEqual([]),
)

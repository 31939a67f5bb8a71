import { expect, test } from 'vitest'
import { breached, breachedPasswordsContract } from '../../../test/contracts/breached-passwords.contract.ts'
import { hasherContract } from '../../../test/contracts/hasher.contract.ts'
import {
  clockContract,
  deferContract,
  idsContract,
  secretsContract,
} from '../../../test/contracts/small-ports.contract.ts'
import { systemClock } from '../system/clock.ts'
import { systemIds } from '../system/ids.ts'
import { createMemoryBreachedPasswords } from './breached-passwords.ts'
import { createManualClock } from './clock.ts'
import { createInProcessDefer } from './defer.ts'
import { createMemoryHasher } from './hasher.ts'
import { createSequentialIds } from './ids.ts'
import { createMemoryLog } from './log.ts'
import { createMemorySecrets } from './secrets.ts'

clockContract('manual', createManualClock())
clockContract('system', systemClock)
idsContract('sequential', createSequentialIds())
idsContract('system', systemIds)
breachedPasswordsContract('memory', async () => ({
  passwords: createMemoryBreachedPasswords(breached),
  other: null,
}))
hasherContract('memory', () => ({ hasher: createMemoryHasher(), isWeak: true }))
deferContract(
  'in process',
  (log) => {
    const defer = createInProcessDefer({ log })
    return { defer, settled: defer.settled }
  },
  createMemoryLog,
)
secretsContract('memory', async () => {
  const signingKeys = [{ id: 'first', value: 'private', activeFrom: '2026-01-01T00:00:00.000Z' }]
  const masterKeys = [{ id: 'only', value: 'symmetric', activeFrom: '2026-01-01T00:00:00.000Z' }]
  return {
    secrets: createMemorySecrets({ 'signing-keys': signingKeys, 'master-key': masterKeys }),
    now: () => Date.UTC(2026, 1),
    renew: () => signingKeys.push({ id: 'second', value: 'private', activeFrom: '2026-02-02T00:00:00.000Z' }),
  }
})

test('work that does not end is waited for no longer than was said, and named', async () => {
  const log = createMemoryLog()
  const defer = createInProcessDefer({ log })
  defer.run('never-ends', () => new Promise(() => {}))
  defer.run('ends', async () => {})
  await defer.settled({ withinMs: 20 })
  expect(log.events).toEqual([{ level: 'warn', event: 'deferred_work_cut', fields: { tasks: 'never-ends' } }])
})

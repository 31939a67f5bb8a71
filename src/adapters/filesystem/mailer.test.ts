import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { headerMap, mailerContract, message } from '../../../test/contracts/mailer.contract.ts'
import { headersOf } from '../../ports/mailer.ts'
import { createManualClock } from '../memory/clock.ts'
import { createFilesystemMailer } from './mailer.ts'

mailerContract('filesystem', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'outbox-'))
  const mailer = createFilesystemMailer({ directory, clock: createManualClock() })
  return {
    mailer,
    received: async () =>
      (await mailer.messages()).map((kept) => ({
        ...kept,
        to: [kept.to],
        headers: headerMap(headersOf(kept)),
      })),
    other: null,
    close: () => rmSync(directory, { recursive: true }),
  }
})

test('only the last messages are kept, newest first, also for the next process', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'outbox-'))
  const clock = createManualClock()
  const mailer = createFilesystemMailer({ directory, clock, keep: 2 })
  for (const subject of ['one', 'two', 'three']) {
    await mailer.send(message({ subject }))
    clock.advance(1_000)
  }
  const messages = await createFilesystemMailer({ directory, clock }).messages()
  expect(messages.map(({ subject }) => subject)).toEqual(['three', 'two'])
  rmSync(directory, { recursive: true })
})

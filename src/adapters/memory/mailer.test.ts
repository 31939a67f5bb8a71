import { headerMap, mailerContract } from '../../../test/contracts/mailer.contract.ts'
import { headersOf } from '../../ports/mailer.ts'
import { createManualClock } from './clock.ts'
import { createMemoryMailer } from './mailer.ts'

mailerContract('memory', async () => {
  const mailer = createMemoryMailer({ clock: createManualClock() })
  return {
    mailer,
    received: async () =>
      (await mailer.messages()).map((kept) => ({
        ...kept,
        to: [kept.to],
        headers: headerMap(headersOf(kept)),
      })),
    other: null,
  }
})

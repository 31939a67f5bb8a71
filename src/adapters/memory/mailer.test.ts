import { mailerContract } from '../../../test/contracts/mailer.contract.ts'
import { createManualClock } from './clock.ts'
import { createMemoryMailer } from './mailer.ts'

mailerContract('memory', async () => {
  const mailer = createMemoryMailer({ clock: createManualClock() })
  return {
    mailer,
    received: async () => (await mailer.messages()).map(({ to, ...message }) => ({ ...message, to: [to] })),
    other: null,
  }
})

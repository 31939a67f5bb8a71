import { createMemoryMailer } from '../../src/adapters/memory/mailer.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Mailbox, Mailer } from '../../src/ports/mailer.ts'
import type { Native } from './native.ts'

export async function openMail(
  { mail }: Config,
  { smtpPassword, communicationServicesAccessKey: key }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<{ readonly mailer: Mailer; readonly mailbox: Mailbox | null; readonly close: () => void }> {
  const close = () => {}
  switch (mail.kind) {
    case 'memory': {
      const mailer = createMemoryMailer({ clock })
      return { mailer, mailbox: mailer, close }
    }
    case 'outbox': {
      const mailer = native.createOutbox(clock)
      return { mailer, mailbox: mailer, close }
    }
    case 'smtp':
      return { ...(await native.openSmtpMailer({ ...mail, password: smtpPassword })), mailbox: null }
    case 'acs': {
      const { createAcsMailer } = await import('../../src/adapters/acs/mailer.ts')
      const credential = key === undefined ? await native.createAzureCredential() : { key }
      return { mailer: createAcsMailer({ ...mail, credential }), mailbox: null, close }
    }
  }
}

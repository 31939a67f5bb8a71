import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import type { Keys } from '../keys/keys.ts'
import { recipientPurpose } from './seal-mail.ts'

/** A mail that is being sent right now cannot be called back: erasing fails, and is tried again when it is out. */
export function createMailPersonalData(
  { mailQueue, mailbox, clock }: Needs<'mailQueue' | 'mailbox' | 'clock'>,
  keys: Keys,
): readonly PersonalData[] {
  return [
    {
      store: 'mail_outbox',
      dataClass: 'personal',
      fields: [],
      withheld: ['recipient', 'sealed'],
      purpose:
        'Holds mail until it is sent, and what was asked for in the name of an address until it is decided what becomes of it.',
      retention: 'What is in it: until it is sent. That it was sent: 30 days.',
      notExported: 'It goes to the mailbox of the person.',
      async erase({ addresses }) {
        const recipients = await Promise.all(
          addresses.map((address) => keys.pseudonyms(recipientPurpose, address)),
        )
        const now = new Date(clock.now()).toISOString()
        if ((await mailQueue.forgetRecipients(recipients.flat(), now)) > 0)
          throw new Error('a mail to the person is being sent')
        for (const address of addresses) await mailbox?.forget(address)
        return nothingKept
      },
    },
  ]
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailerContract, message } from '../../../test/contracts/mailer.contract.ts'
import {
  type RunningCommunicationEmail,
  startCommunicationEmail,
} from '../../../test/stand-ins/communication-email.ts'
import { MailRefused } from '../../ports/mailer.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createAcsMailer } from './mailer.ts'

const key = btoa('an access key of the service')
const token = 'a-token-of-a-managed-identity'
const from = 'no-reply@tools.example'
let service: RunningCommunicationEmail
beforeAll(async () => {
  service = await startCommunicationEmail({ key, token })
})
afterAll(() => service.goAway())

const identity = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }
const open = (credential: Parameters<typeof createAcsMailer>[0]['credential']) =>
  createAcsMailer({
    endpoint: service.url,
    credential,
    from,
    options: { tlsOptions: { ca: service.certificate } },
  })

for (const [name, credential] of [
  ['with its access key', { key }],
  ['as a managed identity', identity],
] as const)
  mailerContract(`azure communication services ${name}`, async () => {
    await service?.goAway()
    service = await startCommunicationEmail({ key, token })
    return {
      mailer: open(credential),
      received: async () => service.received,
      other: {
        refuse: (address) => service.suppressed.add(address),
        goAway: service.goAway,
        comeBack: service.comeBack,
      },
    }
  })

test('a message sent again is the same operation, and not a second mail', async () => {
  const sent = message()
  await open({ key }).send(sent)
  await open({ key }).send(sent)
  expect(service.received.filter(({ operationId }) => operationId === sent.id)).toMatchObject([{ from }])
})

test.each([
  [400, MailRefused],
  [401, PortUnavailable],
  [429, PortUnavailable],
  [500, PortUnavailable],
])('%i', async (status, kind) => {
  service.fail(status < 429 ? 1 : 2, status)
  await expect(open({ key }).send(message())).rejects.toBeInstanceOf(kind)
})

test('a wrong key is for whoever runs this to correct, not the end of the message', async () => {
  await expect(open({ key: btoa('another key') }).send(message())).rejects.toBeInstanceOf(PortUnavailable)
})

import { EmailClient, type EmailClientOptions } from '@azure/communication-email'
import type { TokenCredential } from '@azure/identity'
import { checkAddress, headersOf, type Mailer, MailPutOff, MailRefused } from '../../ports/mailer.ts'

const patienceMs = 55_000
const pollMs = 1_000

interface ServiceError {
  /** `RestError` for what HTTP has to say. */
  readonly name: string
  readonly statusCode?: number
  /** Such as `DomainNotLinked`. */
  readonly code?: string
}

/** What the service says about the request itself stays so; about who asks, for which sender, or how often, it does not. */
const isForGood = ({ statusCode, code = '' }: ServiceError): boolean =>
  statusCode === 413 || (statusCode === 400 && !/sender|domain/i.test(code))

/** `400 InvalidRecipient`. */
const codeOf = ({ statusCode, code = '' }: ServiceError): string | null =>
  statusCode === undefined ? null : [statusCode, ...(code.match(/^\w{1,60}$/) ?? [])].join(' ')

/**
 * Azure Communication Services. A message's id is the id of its operation there, so that the service knows a repetition.
 * Waits until the service has sent it or says that it will not; one that is still on its way after a while is in its
 * hands.
 */
export function createAcsMailer({
  endpoint,
  credential,
  from,
  options = {},
}: {
  readonly endpoint: string
  readonly credential: TokenCredential | { readonly key: string }
  readonly from: string
  readonly options?: EmailClientOptions
}): Mailer {
  const client = new EmailClient(endpoint, credential, {
    retryOptions: { maxRetries: 1, maxRetryDelayInMs: pollMs },
    ...options,
  })
  return {
    async send({ id, to, subject, text, html, unsubscribe }) {
      checkAddress(to)
      const abortSignal = AbortSignal.timeout(patienceMs)
      let isAccepted = false
      const onResponse = ({ status }: { readonly status: number }) => {
        isAccepted ||= status === 202
      }
      try {
        const poller = await client.beginSend(
          {
            senderAddress: from,
            recipients: { to: [{ address: to }] },
            content: { subject, plainText: text, html },
            headers: { ...headersOf({ unsubscribe }) },
            disableUserEngagementTracking: true,
          },
          { operationId: id, updateIntervalInMs: pollMs, abortSignal, onResponse },
        )
        await poller.pollUntilDone({ abortSignal })
      } catch (cause) {
        const error = cause as ServiceError
        const said = { cause, code: codeOf(error) }
        if (isAccepted) {
          // Asked how far it is, the service either says that it has given up, or cannot be reached just now.
          if (error.name === 'RestError' || abortSignal.aborted) return
          throw new MailRefused(said)
        }
        throw isForGood(error) ? new MailRefused(said) : new MailPutOff(said)
      }
    },
  }
}

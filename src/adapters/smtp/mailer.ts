import { createTransport } from 'nodemailer'
import { checkAddress, headersOf, type Mailer, MailPutOff, MailRefused } from '../../ports/mailer.ts'
import { codeOf, isForGood, type SmtpRefusal } from './refusal.ts'

export interface SmtpConnection {
  readonly host: string
  readonly port: number
  /** `starttls`: refuses to go on where the server does not offer it. */
  readonly tls: 'implicit' | 'starttls' | 'off'
  readonly user: string | undefined
  readonly password: string
  readonly from: string
  /** Another authority to trust, as PEM. */
  readonly certificate?: string
}

const patienceMs = 55_000
const silenceMs = 20_000

export function createSmtpMailer(connection: SmtpConnection): Mailer & { close(): void } {
  const { host, port, tls, user, password, from, certificate } = connection
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'off',
    ...(user === undefined ? {} : { auth: { user, pass: password } }),
    ...(certificate === undefined ? {} : { tls: { ca: certificate } }),
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // A connection at rest that breaks tells nobody but this event, and unheard it would end the process.
  transport.on('error', () => {})
  const domain = from.slice(from.lastIndexOf('@') + 1)

  return {
    async send({ id, to, subject, text, html, unsubscribe }) {
      checkAddress(to)
      const silence = AbortSignal.timeout(patienceMs)
      const sent = transport.sendMail({
        envelope: { from, to: [to] },
        from: { name: 'T.O.O.L.S Inc', address: from },
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@${domain}>`,
        // As they are: an address that is folded, or encoded because it is long, is none that a mail program calls.
        headers: Object.entries(headersOf({ unsubscribe })).map(([key, value]) => ({
          key,
          value: { prepared: true, value },
        })),
      })
      try {
        await Promise.race([
          sent,
          new Promise((_, reject) =>
            silence.addEventListener('abort', () => reject(new Error(`no answer in ${patienceMs} ms`))),
          ),
        ])
      } catch (cause) {
        // The server's words may repeat the address: they stay out of the message, and the log leaves addresses out.
        const said = { cause, code: codeOf(cause as SmtpRefusal) }
        throw isForGood(cause as SmtpRefusal) ? new MailRefused(said) : new MailPutOff(said)
      }
    },
    close: () => transport.close(),
  }
}

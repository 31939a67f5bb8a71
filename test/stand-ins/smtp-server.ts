import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { domainToASCII } from 'node:url'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { Received } from '../contracts/mailer.contract.ts'

export interface ReceivedBySmtp extends Received {
  readonly messageId: string
  /** Whom the header says that it is for. */
  readonly headerTo: readonly string[]
  /** As it came over the socket. */
  readonly raw: string
}

export interface RunningSmtpServer {
  readonly port: number
  readonly received: readonly ReceivedBySmtp[]
  /**
   * Answers these codes, or whole replies such as `550 5.1.1 No such user`, when this address is named as the recipient, or the
   * letter is about this subject.
   */
  readonly codes: Map<string, number | string>
  goAway(): Promise<void>
  comeBack(): Promise<void>
}

const user = 'mailer'

/** As it was on the wire: the libraries write its host as people read it. */
function onTheWire(address: string): string {
  const host = address.lastIndexOf('@') + 1
  return address.slice(0, host) + domainToASCII(address.slice(host))
}

/** As RFC 5322 has them: a line that begins with a space goes on, and the space stays. */
const headersIn = (raw: string): ReadonlyMap<string, string> =>
  new Map(
    raw
      .slice(0, raw.indexOf('\r\n\r\n'))
      .replaceAll(/\r\n(?=[ \t])/g, '')
      .split('\r\n')
      .map((line): [string, string] => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
  )

/** A real SMTP server that takes letters from `mailer` with this password, and delivers them nowhere. */
export async function startSmtpServer({
  password,
  certificate,
  privateKey,
}: {
  readonly password: string
  readonly certificate: string
  readonly privateKey: string
}): Promise<RunningSmtpServer> {
  const received: ReceivedBySmtp[] = []
  const codes = new Map<string, number | string>()
  let port = 0
  let server: SMTPServer | undefined

  function refusal(reply: number | string): Error {
    const [, code = '', text = 'refused <somebody@example.com>'] =
      /^(\d{3}) ?(.+)?$/.exec(String(reply)) ?? []
    return Object.assign(new Error(text), { responseCode: Number(code) })
  }
  const start = async () => {
    server = new SMTPServer({
      cert: certificate,
      key: privateKey,
      authMethods: ['PLAIN', 'LOGIN'],
      authOptional: true,
      closeTimeout: 100,
      onAuth: (auth, _session, callback) =>
        auth.username === user && auth.password === password
          ? callback(null, { user })
          : callback(new Error('wrong password')),
      onRcptTo({ address }, _session, callback) {
        const code = codes.get(address)
        callback(code === undefined ? null : refusal(code))
      },
      onData(stream, session, callback) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', async () => {
          const raw = Buffer.concat(chunks)
          const { subject = '', text = '', html, messageId = '', to = [] } = await simpleParser(raw)
          const code = codes.get(subject)
          if (code !== undefined) return callback(refusal(code))
          received.push({
            headers: headersIn(raw.toString('utf8')),
            to: session.envelope.rcptTo.map(({ address }) => onTheWire(address)),
            subject,
            text,
            html: html || '',
            messageId,
            headerTo: [to]
              .flat()
              .flatMap(({ value }) => value.map(({ address }) => onTheWire(address ?? ''))),
            raw: raw.toString('utf8'),
          })
          callback()
        })
      },
    })
    // Clients that go away without a word are no concern of this server.
    server.on('error', () => {})
    server.listen(port, '127.0.0.1')
    await once(server.server, 'listening')
    port = (server.server.address() as AddressInfo).port
  }
  await start()
  return {
    get port() {
      return port
    },
    received,
    codes,
    goAway: () => new Promise((resolve) => server?.close(() => resolve())),
    comeBack: start,
  }
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import autocannon from 'autocannon'

/*
 * The other side of a process that measures what it costs it to answer: who reads, and where its traces are sent. Says
 * where that is, and then for each `Reads` how it went.
 */

export interface Reads {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly amount: number
}
export interface HowItWent {
  readonly refused: number
  readonly failed: number
}

process.on('message', async ({ url, headers, amount }: Reads) => {
  const { non2xx, errors } = await autocannon({ url, headers: { ...headers }, amount, connections: 32 })
  process.send?.({ refused: non2xx, failed: errors } satisfies HowItWent)
})
const sink = createServer((incoming, outgoing) => {
  incoming.resume()
  incoming.on('end', () => outgoing.writeHead(200).end('{}'))
})
sink.listen(0, '127.0.0.1', () => process.send?.((sink.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())

import type { TokenCredential } from '@azure/identity'
import { NotTaken, type TelemetryExporter } from '../../ports/finished-traces.ts'
import { createMetricEnvelopes, type Envelope, envelopesOf, type Sender } from './envelopes.ts'

const patienceMs = 10_000
const audience = 'https://monitor.azure.com/.default'
/** What the service may take later. */
const worthAgain: readonly number[] = [401, 403, 408, 429, 439, 500, 502, 503, 504]

/** Which rows were refused, where only a part was taken; null where the answer does not say. */
async function refusedRows(answer: Response): Promise<readonly number[] | null> {
  const text = await answer.text()
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { index?: unknown }[] }
    const rows = errors?.map(({ index }) => index) ?? []
    return rows.length > 0 && rows.every((index) => typeof index === 'number') ? (rows as number[]) : null
  } catch {
    return null
  }
}

/**
 * Application Insights by its own ingestion API: rows of requests and dependencies from traces, metrics and events from counts. A
 * request that came through the Functions host is a row under that of the host.
 */
export function createApplicationInsightsExporter({
  endpoint,
  credential,
  sender,
  send = fetch,
}: {
  readonly endpoint: string
  /** Null: the instrumentation key is enough. */
  readonly credential: TokenCredential | null
  readonly sender: Sender
  readonly send?: typeof fetch
}): TelemetryExporter {
  const url = `${endpoint.replace(/\/+$/, '')}/v2.1/track`
  const metricEnvelopes = createMetricEnvelopes(sender)

  async function authorization(): Promise<Record<string, string>> {
    if (credential === null) return {}
    const token = await credential.getToken(audience)
    return token === null ? {} : { authorization: `Bearer ${token.token}` }
  }

  /** `countRefused`: how many traces there are behind rows that were refused, by their places. */
  async function post(
    envelopes: readonly Envelope[],
    countRefused: (rows: readonly number[]) => number = () => 0,
  ): Promise<void> {
    if (envelopes.length === 0) return
    let status: number
    let rows: readonly number[] | null = null
    try {
      const answer = await send(url, {
        method: 'POST',
        headers: {
          ...(await authorization()),
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: JSON.stringify(envelopes),
        signal: AbortSignal.timeout(patienceMs),
      })
      status = answer.status
      if (status === 206) rows = await refusedRows(answer)
      else await answer.body?.cancel()
    } catch (cause) {
      throw new NotTaken(true, { cause })
    }
    // 206: some of it was taken. Sent again, that part would be there twice.
    if (status !== 200)
      throw new NotTaken(worthAgain.includes(status), {
        status,
        ...(rows ? { refused: countRefused(rows) } : {}),
      })
  }

  return {
    async sendTraces(traces) {
      const rows = traces.flatMap((trace) =>
        envelopesOf(sender, trace).map((envelope) => ({ trace, envelope })),
      )
      await post(
        rows.map(({ envelope }) => envelope),
        (refused) => new Set(refused.map((index) => rows[index]?.trace)).size,
      )
    },
    async sendMetrics(readings, _sinceMs, nowMs) {
      const { envelopes, tell } = metricEnvelopes(readings, nowMs)
      try {
        await post(envelopes)
      } catch (error) {
        // What was taken would be counted twice.
        if (error instanceof NotTaken && error.refused !== null) tell()
        throw error
      }
      tell()
    },
  }
}

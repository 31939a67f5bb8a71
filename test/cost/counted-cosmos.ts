import { createDefaultHttpClient } from '@azure/core-rest-pipeline'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Log } from '../../src/ports/log.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'

/** How many documents an answer holds. */
function documentsIn(body: string | null | undefined): number {
  const answer: unknown = body ? JSON.parse(body) : null
  if (typeof answer !== 'object' || answer === null) return 0
  return 'Documents' in answer && Array.isArray(answer.Documents) ? answer.Documents.length : 1
}

/** Cosmos DB's stand-in, and what has been asked of it since the last time somebody looked. */
export async function openCountedCosmos() {
  const standIn = await startProvisionedCosmos()
  const { endpoint, key, answered, environment } = standIn
  let [requests, documents] = [0, 0]
  let seen = 0
  const http = createDefaultHttpClient()
  const client = createCosmosClient({
    endpoint,
    key,
    http: {
      async sendRequest(request) {
        // Nothing is given up and sent again: how much is asked must not depend on how fast this machine is.
        request.timeout = 0
        delete request.abortSignal
        const response = await http.sendRequest(request)
        // The SDK reads the definition of a container once in its life, which is nobody's doing.
        if (request.url.includes('/docs')) {
          requests++
          documents += documentsIn(response.bodyAsText)
        }
        return response
      },
    },
  })
  return {
    documents: ({ clock, log }: { readonly clock: Clock; readonly log: Log }) =>
      createCosmosDocuments({ database: client.database(environment.COSMOS_DATABASE), clock, log }),
    take() {
      const requestUnits = answered.slice(seen).reduce((sum, { charge }) => sum + charge, 0)
      seen = answered.length
      const work = { requests, documents, requestUnits: Math.round(requestUnits) }
      ;[requests, documents] = [0, 0]
      return work
    },
    async close() {
      client.dispose()
      await standIn.close()
    },
  }
}

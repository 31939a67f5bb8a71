import { type AnyCollection, type DocumentStore, VersionMismatch } from '../../ports/documents.ts'
import { CosmosFailure } from './client.ts'
import { termsField } from './full-text.ts'
import { type StoredItem, storedOf } from './items.ts'
import { type Requests, unavailable } from './requests.ts'

const atOnce = 100

/**
 * Writes once more each message that was written before its terms were listed. Safe to run again and while others write:
 * who changes a message lists its terms. How many it wrote.
 */
export async function listTerms(
  { ask, containerOf }: Requests,
  documents: Pick<DocumentStore, 'replace'>,
  messages: AnyCollection,
): Promise<number> {
  const query = `SELECT * FROM c WHERE c.kind = 'message' AND IS_NULL(c.deletedAt) AND NOT IS_DEFINED(c["${termsField}"])`
  let written = 0
  let continuationToken: string | undefined
  do {
    const { status, answer } = await ask(messages, 'scan', () =>
      containerOf(messages)
        .items.query<StoredItem>(query, {
          maxItemCount: atOnce,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        })
        .fetchNext(),
    )
    if (!answer) throw unavailable(new CosmosFailure({ status }))
    for (const item of answer.resources) {
      const { value, version } = storedOf(item, item._etag)
      try {
        await documents.replace(messages, value, version)
        written++
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    continuationToken = answer.continuationToken
  } while (continuationToken)
  return written
}

import { type AnyCollection, type DocumentStore, VersionMismatch } from '../../ports/documents.ts'
import { CosmosFailure } from './client.ts'
import { type StoredItem, storedOf } from './items.ts'
import { unlisted } from './listed-words.ts'
import { type Requests, unavailable } from './requests.ts'

const atOnce = 100

/**
 * Writes once more each message that was written before its words were listed: how many it wrote. Safe to run again, after
 * it was cut off too, and while others write: who changes a message lists its words.
 */
export async function listWords(
  { ask, containerOf }: Requests,
  documents: Pick<DocumentStore, 'replace'>,
  messages: AnyCollection,
): Promise<number> {
  let written = 0
  let continuationToken: string | undefined
  do {
    const { status, answer } = await ask(messages, 'scan', () =>
      containerOf(messages)
        .items.query<StoredItem>(`SELECT * FROM c WHERE ${unlisted}`, {
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

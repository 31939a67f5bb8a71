import type { Database } from '@azure/cosmos'
import type { AnyCollection } from '../../ports/documents.ts'
import type { Log } from '../../ports/log.ts'
import { CosmosFailure } from './client.ts'
import { moveIn, type StoredMove } from './moves.ts'
import { notFound, ok, type Requests, unavailable } from './requests.ts'

/**
 * Asks nothing of a collection whose documents are still in the container that it had alone before: half of what there is would
 * look like all. Found out once in the life of a process for each collection, before it is asked for the first time.
 */
export function fence(requests: Requests, database: Database, log: Log): Requests {
  const open = new Set<string>()
  const asking = new Map<string, Promise<void>>()

  const isThere = (name: string) =>
    database
      .container(name)
      .read()
      .then(
        () => ({ statusCode: ok, isThere: true }),
        (error: { code?: number }) => {
          if (error.code === notFound) return { statusCode: ok, isThere: false }
          throw error
        },
      )

  async function findOut(c: AnyCollection): Promise<void> {
    const before = await requests.ask(c, 'read', () => isThere(c.name))
    if (before.answer?.isThere) {
      const container = requests.containerOf(c)
      const { answer } = await requests.ask(c, 'read', () => moveIn(container, c.name).read<StoredMove>())
      if (answer?.resource?.state !== 'moved') {
        log.error('cosmos_collection_not_moved', { collection: c.name, container: container.id })
        const cause = new Error(
          `${c.name} is not in ${container.id} yet: run \`npm run azure:setup -- --move\``,
        )
        throw unavailable(new CosmosFailure({ cause }))
      }
    }
    open.add(c.name)
  }

  function whenMoved(c: AnyCollection): Promise<void> | undefined {
    if (open.has(c.name) || requests.layout(c).prefix === undefined) return undefined
    const found = asking.get(c.name) ?? findOut(c).finally(() => asking.delete(c.name))
    asking.set(c.name, found)
    return found
  }

  return {
    ...requests,
    async ask(c, operation, send) {
      await whenMoved(c)
      return requests.ask(c, operation, send)
    },
    async look(c, key) {
      await whenMoved(c)
      return requests.look(c, key)
    },
    async find(c, key) {
      await whenMoved(c)
      return requests.find(c, key)
    },
  }
}

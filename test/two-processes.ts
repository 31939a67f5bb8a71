import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCosmosClient } from '../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../src/adapters/cosmos/documents.ts'
import { setUpCosmos } from '../src/adapters/cosmos/setup.ts'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../src/adapters/sqlite/documents.ts'
import { collections } from '../src/app/domains.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { DocumentStore } from '../src/ports/documents.ts'
import type { Log } from '../src/ports/log.ts'
import type { Ports } from '../src/ports/ports.ts'
import { createTestApp, type TestApp } from './app.ts'
import { startCosmosStandIn } from './stand-ins/cosmos.ts'

/** The stores that several processes can share. */
export const sharedStores = ['sqlite', 'cosmos'] as const

interface SharedStore {
  /** As a process of its own opens it. */
  readonly open: (needs: { readonly clock: Clock; readonly log: Log }) => DocumentStore
  readonly close: () => Promise<void>
}

const openShared: Readonly<Record<(typeof sharedStores)[number], () => Promise<SharedStore>>> = {
  async sqlite() {
    const directory = mkdtempSync(join(tmpdir(), 'two-processes-'))
    const opened: ReturnType<typeof openSqlite>[] = []
    return {
      open({ clock }) {
        const database = openSqlite(join(directory, 'shared.db'))
        opened.push(database)
        return createSqliteDocuments({ database, collections, clock })
      },
      async close() {
        for (const database of opened) database.close()
        rmSync(directory, { recursive: true })
      },
    }
  },
  async cosmos() {
    const standIn = await startCosmosStandIn()
    await setUpCosmos({ client: createCosmosClient(standIn), databaseName: 'shared', collections })
    return {
      open: (needs) =>
        createCosmosDocuments({ database: createCosmosClient(standIn).database('shared'), ...needs }),
      close: standIn.close,
    }
  },
}

/** What processes of one deployment have in common beside the documents. What each remembers is its own. */
const common = [
  'accessTokens',
  'audit',
  'blobs',
  'cache',
  'clock',
  'ids',
  'mailbox',
  'mailer',
  'mailQueue',
  'oneTimePasswords',
  'realtime',
  'secrets',
] as const

/** Two processes on one store, one cache and one clock. */
export async function openTwoProcesses(
  kind: (typeof sharedStores)[number],
  options: { readonly environment?: Record<string, string>; readonly ports?: () => Partial<Ports> } = {},
): Promise<{ readonly one: TestApp; readonly two: TestApp; readonly close: () => Promise<void> }> {
  const store = await openShared[kind]()
  const { ports = () => ({}), ...rest } = options
  const one = await createTestApp({ ...rest, ports: (own) => ({ documents: store.open(own), ...ports() }) })
  const shared = Object.fromEntries(common.map((name) => [name, one.ports[name]]))
  const two = await createTestApp({
    ...rest,
    ports: ({ log }) => ({
      ...shared,
      documents: store.open({ clock: one.ports.clock, log }),
      ...ports(),
    }),
  })
  return {
    one,
    two,
    async close() {
      await Promise.all([one.settled(), two.settled()])
      await store.close()
    },
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCosmosClient } from '../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../src/adapters/cosmos/documents.ts'
import { createMemoryLog } from '../src/adapters/memory/log.ts'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../src/adapters/sqlite/documents.ts'
import { collections } from '../src/app/domains.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { DocumentStore } from '../src/ports/documents.ts'
import type { Ports } from '../src/ports/ports.ts'
import { createTestApp, type TestApp } from './app.ts'
import { startProvisionedCosmos } from './stand-ins/provisioned-cosmos.ts'

interface SharedStore {
  /** As one more process opens it. */
  open(clock: Clock): DocumentStore
  close(): Promise<void>
}

async function sharedSqlite(): Promise<SharedStore> {
  const directory = mkdtempSync(join(tmpdir(), 'two-processes-'))
  const closes: (() => void)[] = []
  return {
    open(clock) {
      const database = openSqlite(join(directory, 'shared.db'))
      closes.push(database.close)
      return createSqliteDocuments({ database, collections, clock })
    },
    async close() {
      for (const close of closes) close()
      rmSync(directory, { recursive: true })
    },
  }
}

async function sharedCosmos(): Promise<SharedStore> {
  const standIn = await startProvisionedCosmos()
  const { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key, COSMOS_DATABASE: name } = standIn.environment
  const closes: (() => unknown)[] = [standIn.close]
  return {
    open(clock) {
      const client = createCosmosClient({ endpoint, key })
      closes.push(() => client.dispose())
      return createCosmosDocuments({ database: client.database(name), clock, log: createMemoryLog() })
    },
    async close() {
      for (const close of closes.toReversed()) await close()
    },
  }
}

export const sharedStores = { sqlite: sharedSqlite, cosmos: sharedCosmos }

export interface TwoProcesses {
  readonly one: TestApp
  readonly two: TestApp
  close(): Promise<void>
}

/** Two apps that share the stores, the cache and the clock, and nothing that a process keeps for itself. */
export async function startTwoProcesses(
  kind: keyof typeof sharedStores,
  { environment = {}, ports = {} }: { environment?: Record<string, string>; ports?: Partial<Ports> } = {},
): Promise<TwoProcesses> {
  const store = await sharedStores[kind]()
  const one = await createTestApp({
    environment,
    ports: ({ clock }) => ({ documents: store.open(clock), ...ports }),
  })
  const { defer: _, log: __, localCache: ___, ...shared } = one.ports
  const two = await createTestApp({
    environment,
    ports: () => ({ ...shared, documents: store.open(one.clock) }),
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

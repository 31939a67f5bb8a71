import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createNativeHasher } from '../src/adapters/argon2-native/hasher.ts'
import { createClamavFileScanner } from '../src/adapters/clamav/file-scanner.ts'
import { createClientPackageAssets } from '../src/adapters/client-package/assets.ts'
import { createConsoleLog } from '../src/adapters/console/log.ts'
import { createFilesystemAuditAnchors } from '../src/adapters/filesystem/audit-anchors.ts'
import { createFilesystemBlobBytes } from '../src/adapters/filesystem/blob-bytes.ts'
import { createFilesystemMailer } from '../src/adapters/filesystem/mailer.ts'
import { createFilesystemSecrets } from '../src/adapters/filesystem/secrets.ts'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { createLibheifPictureConverter } from '../src/adapters/libheif/picture-converter.ts'
import { createNodeCiphers } from '../src/adapters/node/ciphers.ts'
import { createNodeCompressor } from '../src/adapters/node/compressor.ts'
import { createEventLoopDelay } from '../src/adapters/node/event-loop-delay.ts'
import { createLineWriter } from '../src/adapters/node/server.ts'
import { createPageAssets } from '../src/adapters/pages/assets.ts'
import { createScanningMessageSearch } from '../src/adapters/scanning/message-search.ts'
import { createSharpImages } from '../src/adapters/sharp/images.ts'
import { createSqliteAudit } from '../src/adapters/sqlite/audit.ts'
import { createThreadedCheckpointer } from '../src/adapters/sqlite/checkpointer.ts'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../src/adapters/sqlite/documents.ts'
import { createSqliteMailQueue } from '../src/adapters/sqlite/mail-queue.ts'
import { createSqliteMessageSearch } from '../src/adapters/sqlite/message-search.ts'
import { createSqliteSubmissions } from '../src/adapters/sqlite/submissions.ts'
import { createSwaggerUiAssets } from '../src/adapters/swagger-ui/assets.ts'
import { createTraceScope } from '../src/adapters/tracing/scope.ts'
import { embedWebPubSub } from '../src/adapters/web-pubsub-local/embedded.ts'
import { collections } from '../src/app/domains.ts'
import type { Config } from '../src/config/config.ts'
import { messages } from '../src/core/messaging/chat/entries.model.ts'
import type { AzureSqlSettings, Native } from './wiring/native.ts'

/** Beside the bundle, or in the installed package. */
function findSwaggerUi(): string {
  const bundled = join(import.meta.dirname, '../swagger-ui')
  if (existsSync(bundled)) return bundled
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
}

/** Beside the bundle, or where `npm run build:pages` put them. */
function findPages(): string {
  const built = join(import.meta.dirname, '../dist/pages')
  return existsSync(built) ? built : join(import.meta.dirname, '../pages')
}

/** Beside the bundle, or where `npm run build:client` put it. */
function findClient(): string {
  const bundle = join(import.meta.dirname, '..')
  return existsSync(join(bundle, 'client.tgz')) ? bundle : join(bundle, 'dist')
}

/** Beside the bundle, or as it was written. */
function findThread(bundledName: string, written: string): URL {
  const bundled = join(import.meta.dirname, '../workers', `${bundledName}.js`)
  const source = join(import.meta.dirname, '../src/adapters', written)
  return pathToFileURL(existsSync(bundled) ? bundled : source)
}

/** The managed identity in Azure; on a developer's machine whoever is signed in to the Azure tools. */
async function createAzureCredential({ azureClientId }: Config) {
  const { DefaultAzureCredential } = await import('@azure/identity')
  return new DefaultAzureCredential(azureClientId ? { managedIdentityClientId: azureClientId } : {})
}

/** Azure SQL as the settings say; imported when it is chosen. */
export async function openAzureSqlDatabase(
  config: Config,
  {
    server,
    port,
    database,
    user,
    password,
    timeoutMs,
    quotesServer = false,
  }: AzureSqlSettings & {
    readonly password: string | undefined
    readonly timeoutMs?: number
    readonly quotesServer?: boolean
  },
) {
  const { openAzureSql } = await import('../src/adapters/azure-sql/database.ts')
  return openAzureSql({
    server,
    port,
    database,
    signIn:
      user === undefined || password === undefined
        ? { credential: await createAzureCredential(config) }
        : { user, password },
    quotesServer,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
}

const threadsForTheDisk = 3

/** What Node can make. */
export function createNodeNative(
  config: Config,
  write: Parameters<typeof createConsoleLog>[0]['write'] = createLineWriter(process.stdout),
): Native {
  // One more than there are processors: while this thread computes, too, none of them goes idle.
  const hashesAtOnce = config.hasher.concurrency ?? availableParallelism() + 1
  // Who waits for the disk waits in a thread beside those that hash. Node heeds this until it has started the first of them.
  process.env['UV_THREADPOOL_SIZE'] ??= String(hashesAtOnce + threadsForTheDisk)
  const isTerminal = process.stdout.isTTY === true && !config.isProduction
  const traceScope = createTraceScope(new AsyncLocalStorage())
  const log = createConsoleLog({
    format: config.log.format ?? (isTerminal ? 'text' : 'json'),
    level: config.log.level,
    write,
    now: () => new Date(),
    trace: traceScope.ids,
  })
  const readFrom = (directory: string) => async (name: string) => {
    const file = join(directory, name)
    return existsSync(file) ? new Uint8Array(await readFile(file)) : null
  }
  const referenceAssets = createSwaggerUiAssets(readFrom(findSwaggerUi()))
  const pageAssets = createPageAssets(readFrom(findPages()))
  const clientAssets = createClientPackageAssets(readFrom(findClient()))
  return {
    log,
    traceScope,
    runsTimers: true,
    assets: {
      read: async (name) =>
        (await referenceAssets.read(name)) ?? (await pageAssets.read(name)) ?? clientAssets.read(name),
    },
    holdOpen: () => {},
    images: createSharpImages(),
    pictureConverter: createLibheifPictureConverter({
      workerUrl: findThread('decode-heic', 'libheif/decoding-worker.ts'),
    }),
    createScanner: createClamavFileScanner,
    ciphers: createNodeCiphers(),
    compressor: createNodeCompressor(),
    createHasher: ({ cost, queue }, onWaited) =>
      createNativeHasher({ cost, queue, concurrency: hashesAtOnce, onWaited }),
    eventLoopDelay: createEventLoopDelay(),
    openSqlite(clock, keys) {
      const threadUrl = findThread('checkpoint', 'sqlite/checkpoint-thread.ts')
      const database = openSqlite(join(config.dataDirectory, 'tools-inc.db'), {
        openCheckpointer: (path) => createThreadedCheckpointer(path, threadUrl),
      })
      const documents = createSqliteDocuments({ database, collections, clock })
      const messageSearch = createSqliteMessageSearch({
        database,
        clock,
        meanwhile: createScanningMessageSearch({ documents, messages }),
      })
      return {
        documents,
        audit: createSqliteAudit({ database, keys }),
        mailQueue: createSqliteMailQueue({ database }),
        messageSearch,
        indexMessages: messageSearch.catchUp,
        submissions: createSqliteSubmissions({ database, keys }),
        tidy: async () => void (await documents.removeExpired()),
        // Where another process reads from it, the next time.
        emptyLog: async () => void (await database.emptyLog('database')),
        close: database.close,
      }
    },
    openAuditAnchors: (directory) => createFilesystemAuditAnchors({ directory }),
    openBlobBytes(clock) {
      const bytes = createFilesystemBlobBytes({ directory: join(config.dataDirectory, 'blobs'), clock })
      return { bytes, tidy: bytes.removeAbandoned }
    },
    createOutbox: (clock) => createFilesystemMailer({ directory: config.dataDirectory, clock }),
    async openAzureSql(connection, keys) {
      const [
        { createAzureSqlAudit },
        { createAzureSqlMailQueue },
        { createAzureSqlSubmissions },
        { needingSchema },
      ] = await Promise.all([
        import('../src/adapters/azure-sql/audit.ts'),
        import('../src/adapters/azure-sql/mail-queue.ts'),
        import('../src/adapters/azure-sql/submissions.ts'),
        import('../src/adapters/azure-sql/schema.ts'),
      ])
      const { database, recordSchema } = needingSchema(await openAzureSqlDatabase(config, connection))
      return {
        recordSchema,
        audit: createAzureSqlAudit({ database, keys }),
        mailQueue: createAzureSqlMailQueue({ database }),
        submissions: createAzureSqlSubmissions({ database, keys }),
        close: database.close,
      }
    },
    async openSmtpMailer(connection) {
      const { createSmtpMailer } = await import('../src/adapters/smtp/mailer.ts')
      const mailer = createSmtpMailer(connection)
      return { mailer, close: mailer.close }
    },
    async openRedis({ url, auth, clock }) {
      const { createRedisCache } = await import('../src/adapters/redis/cache.ts')
      const credential = auth === 'entra' ? await createAzureCredential(config) : undefined
      return createRedisCache({ url, clock, log, ...(credential && { credential }) })
    },
    createAzureCredential: () => createAzureCredential(config),
    embedWebPubSub: ({ key = randomBytes(32).toString('base64url'), hub, clock }) =>
      embedWebPubSub({
        keys: [key],
        hub,
        origin: () => config.app.http.publicOrigin,
        clock,
        log,
        limitScale: config.limitScale,
      }),
    async createKeyVaultSecrets(vaultUrl, clock) {
      const { createKeyVaultSecrets } = await import('../src/adapters/key-vault/secrets.ts')
      return createKeyVaultSecrets({ vaultUrl, credential: await createAzureCredential(config), clock, log })
    },
    createGeneratedSecrets: (clock, rotateAfterDays) =>
      createFilesystemSecrets({ directory: config.dataDirectory, clock, createSigningKey, rotateAfterDays }),
  }
}

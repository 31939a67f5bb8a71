import { waitUntil } from 'cloudflare:workers'
import { AsyncLocalStorage } from 'node:async_hooks'
import argon2 from '@phi-ag/argon2/argon2.wasm'
import favicon from 'swagger-ui-dist/favicon-32x32.png'
import styles from 'swagger-ui-dist/swagger-ui.css'
import script from 'swagger-ui-dist/swagger-ui-bundle.js'
import scriptLicense from 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt'
import { createWasmHasher } from '../src/adapters/argon2-wasm/hasher.ts'
import { createConsoleLog } from '../src/adapters/console/log.ts'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { createPassingSecrets } from '../src/adapters/memory/secrets.ts'
import { createMetadataStrippingImages } from '../src/adapters/metadata-stripping/images.ts'
import { createSwaggerUiAssets } from '../src/adapters/swagger-ui/assets.ts'
import { createTraceScope } from '../src/adapters/tracing/scope.ts'
import { createWebCiphers } from '../src/adapters/web-crypto/ciphers.ts'
import { type Config, InvalidConfiguration } from '../src/config/config.ts'
import type { Native } from './wiring/native.ts'

const swaggerUi = {
  'favicon-32x32.png': favicon,
  'swagger-ui.css': styles,
  'swagger-ui-bundle.js': script,
  'swagger-ui-bundle.js.LICENSE.txt': scriptLicense,
}

function needsNode(setting: string): never {
  throw new InvalidConfiguration([`${setting} needs Node and is not there on workerd`])
}

/** What workerd can make. */
export function createWorkerNative(config: Config): Native {
  const traceScope = createTraceScope(new AsyncLocalStorage())
  return {
    traceScope,
    runsTimers: false,
    log: createConsoleLog({
      format: config.log.format ?? 'json',
      level: config.log.level,
      write: (line) => console.log(line),
      now: () => new Date(),
      trace: traceScope.ids,
    }),
    assets: createSwaggerUiAssets(async (name) => {
      const file = swaggerUi[name as keyof typeof swaggerUi]
      return file === undefined ? null : new Uint8Array(file)
    }),
    holdOpen: waitUntil,
    images: createMetadataStrippingImages(),
    pictureConverter: null,
    createScanner: () => needsNode('SCANNER: clamav, which speaks over TCP,'),
    ciphers: createWebCiphers(),
    // What stands before a worker compresses as each client likes it, and would do so a second time.
    compressor: { codings: [], compress: async () => needsNode('Compression') },
    createHasher: ({ cost }) => createWasmHasher({ module: argon2, cost }),
    eventLoopDelay: () => null,
    openSqlite: () => needsNode('DOCUMENTS, RECORDS: sqlite'),
    openAuditAnchors: () => needsNode('AUDIT_ANCHORS: a folder'),
    openBlobBytes: () => needsNode('BLOBS: filesystem'),
    createOutbox: () => needsNode('MAIL: outbox'),
    openAzureSql: () => needsNode('RECORDS: mssql, whose driver would send its login in clear here,'),
    openSmtpMailer: () => needsNode('MAIL: smtp'),
    openRedis: () => needsNode('CACHE: redis, whose connection outlives a request,'),
    createAzureCredential: () => needsNode('An Azure service without its key, as a managed identity,'),
    embedWebPubSub: () => needsNode('REALTIME: local'),
    createKeyVaultSecrets: () => needsNode('KEY_VAULT_URL, which is read as a managed identity,'),
    createGeneratedSecrets: (clock) => createPassingSecrets({ clock, createSigningKey }),
  }
}

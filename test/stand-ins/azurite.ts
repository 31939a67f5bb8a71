import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The published key of the emulator. */
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** Azure Blob Storage as far as Azurite goes, on a free port; in memory, unless what comes is too much for that. */
export async function startAzurite({ isOnDisk = false } = {}): Promise<{
  readonly connectionString: string
  readonly stop: () => Promise<void>
}> {
  const location = mkdtempSync(join(tmpdir(), 'azurite-'))
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js')
  const options = [
    ...(isOnDisk ? ['--location', location] : ['--inMemoryPersistence']),
    ...['--blobPort', '0', '--disableTelemetry', '--skipApiVersionCheck'],
  ]
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', program, ...options], {
    cwd: location,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const listening = /successfully listen(?:s|ing) on http:\/\/127\.0\.0\.1:(\d+)/i.exec(line)
      if (listening?.[1]) resolve(listening[1])
    })
    child.once('exit', (code) => reject(new Error(`Azurite ended with ${code}`)))
  })
  const account = 'devstoreaccount1'
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};BlobEndpoint=http://127.0.0.1:${port}/${account};`,
    async stop() {
      child.kill()
      await once(child, 'exit')
      rmSync(location, { recursive: true, force: true })
    },
  }
}

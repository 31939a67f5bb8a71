import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { clientScript } from '../../scripts/build-client.ts'

export const root = resolve(import.meta.dirname, '../..')
export const example = join(root, 'examples/next')

/** Nobody but whoever works on it installs the example. Where it is not, its tests are skipped and say so; with NEXT_EXAMPLE_REQUIRED they fail. */
export const portalMissing = existsSync(join(example, 'node_modules/next/package.json'))
  ? null
  : 'examples/next is not installed: npm run build:client && npm ci --prefix examples/next'
if (portalMissing && process.env['NEXT_EXAMPLE_REQUIRED']) throw new Error(portalMissing)

const run = promisify(execFile)
const quiet = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', CI: '1' }

/** Says so where a front end was installed with another client than the one that is tested. */
export function expectNewestClient(folder: string): void {
  const installed = join(folder, 'node_modules/@tools-inc/client')
  const sources = join(root, 'src/client')
  const stale = readdirSync(sources).filter((file) => {
    const script = join(installed, file.replace(/\.ts$/, '.js'))
    return !existsSync(script) || readFileSync(script, 'utf8') !== clientScript(join(sources, file))
  })
  if (stale.length > 0)
    throw new Error(
      `${folder} has an older client (${stale.join(', ')}): npm run build:client && npm ci --prefix examples/next`,
    )
}

export async function buildNext(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const next = join(folder, 'node_modules/next/dist/bin/next')
  try {
    await run(process.execPath, [next, 'build'], { cwd: folder, env: { ...quiet, ...environment } })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`next build failed:\n${stdout}\n${stderr}`)
  }
  return join(folder, 'out')
}

/** The example, built for an API at this address and with what its host is told, in a folder of its own. */
export async function buildPortal(apiUrl: string): Promise<string> {
  const built = await buildNext(example, { NEXT_PUBLIC_API_URL: apiUrl })
  const folder = mkdtempSync(join(tmpdir(), 'portal-'))
  cpSync(built, folder, { recursive: true })
  cpSync(join(example, 'staticwebapp.config.json'), join(folder, 'staticwebapp.config.json'))
  return folder
}

/** The emulator of Static Web Apps, with the API behind it where there is one. */
export async function serveByStaticWebApps(folder: string, port: number, api?: string) {
  const program = join(example, 'node_modules/@azure/static-web-apps-cli/dist/cli/bin.js')
  const emulator = spawn(
    process.execPath,
    [
      program,
      'start',
      folder,
      '--swa-config-location',
      folder,
      '--host',
      'localhost',
      '--port',
      String(port),
      ...(api ? ['--api-devserver-url', api] : []),
    ],
    {
      cwd: folder,
      // It starts others, which would stay when it alone is stopped.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_UPDATE_NOTIFIER: '1' },
    },
  )
  const said: string[] = []
  await new Promise<void>((started, failed) => {
    for (const stream of [emulator.stdout, emulator.stderr])
      stream.on('data', (chunk) => {
        said.push(String(chunk))
        if (said.join('').includes('emulator started at')) started()
      })
    emulator.once('exit', () => failed(new Error(`the emulator did not start:\n${said.join('')}`)))
  })
  return {
    url: `http://localhost:${port}`,
    close() {
      if (emulator.pid !== undefined) process.kill(-emulator.pid, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

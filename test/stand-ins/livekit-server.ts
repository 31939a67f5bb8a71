import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../free-port.ts'

const program = process.env['LIVEKIT_SERVER'] ?? 'livekit-server'

function whyNotFound(): string | null {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return null
  } catch (error) {
    return `${program} cannot be run (${(error as NodeJS.ErrnoException).code ?? 'it fails'}): see docs/calls.md`
  }
}

/** Why tests on a real LiveKit cannot run here, or null. npm cannot bring it: docs/calls.md says how it is built. */
export const liveKitServerMissing = whyNotFound()

/** A LiveKit of this machine, on its loopback, that makes no room by itself and posts what happens to `reportsTo`. */
export async function startLiveKitServer({ reportsTo }: { readonly reportsTo: string }) {
  const [port, tcp, udp] = [await freePort(), await freePort(), await freePort()]
  const apiKey = 'devkey'
  const apiSecret = 'secretsecretsecretsecretsecretsecretsecret'
  const config = {
    port,
    bind_addresses: ['127.0.0.1'],
    rtc: {
      tcp_port: tcp,
      udp_port: udp,
      node_ip: '127.0.0.1',
      use_external_ip: false,
      enable_loopback_candidate: true,
    },
    keys: { [apiKey]: apiSecret },
    room: { auto_create: false },
    webhook: { api_key: apiKey, urls: [reportsTo] },
    logging: { level: 'error' },
  }
  const child = spawn(program, ['--config-body', JSON.stringify(config)], { stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `ws://127.0.0.1:${port}`
  const isUp = () =>
    fetch(url.replace('ws', 'http')).then(
      ({ ok }) => ok,
      () => false,
    )
  for (let left = 200; !(await isUp()); left--) {
    if (left === 0 || child.exitCode !== null) throw new Error('LiveKit does not start')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url,
    apiKey,
    apiSecret,
    async stop() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

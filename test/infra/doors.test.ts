import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { root } from '../docs/pages.ts'

/* What is opened for a migration is closed again, whatever happens. A program stands in for `az` and writes down what it is asked. */

// Each question is a process.
vi.setConfig({ testTimeout: 120_000 })

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doors-'))
  const az = join(directory, 'az')
  writeFileSync(
    az,
    `#!/usr/bin/env bash
echo "$*" >> "${directory}/asked"
if [ -n "\${FAILS:-}" ] && [[ "$*" == *"$FAILS"* ]]; then echo refused >&2; exit 3; fi
case "$*" in *"network-rule list"*) cat "${directory}/kept" 2>/dev/null ;; esac
exit 0
`,
  )
  chmodSync(az, 0o755)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const asked = (): readonly string[] =>
  existsSync(join(directory, 'asked'))
    ? readFileSync(join(directory, 'asked'), 'utf8').trim().split('\n')
    : []

function start(command: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn('bash', [join(root, 'infra/hooks/with-open-doors.sh'), ...command], {
    env: {
      PATH: `${directory}:${process.env['PATH']}`,
      AZURE_RESOURCE_GROUP: 'rg-toolsinc',
      API_PROFILE: 'standard',
      API_SQL_SERVER: 'toolsinc-sql',
      API_KEY_VAULT: 'toolsinc-kv',
      OPERATOR_ADDRESS: '203.0.113.7',
      ...environment,
    },
  })
  let said = ''
  child.stderr.on('data', (chunk: Uint8Array) => {
    said += new TextDecoder().decode(chunk)
  })
  const ended = new Promise<{ readonly code: number | null; readonly said: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, said })),
  )
  return { child, ended }
}

const isOpening = (line: string) =>
  /enable-public-network true|firewall-rule create|network-access Enabled|network-rule add/.test(line)
const closings = [/firewall-rule delete/, /enable-public-network false/, /network-access Disabled/]

/** After the last thing that opens there is one of each that closes. */
function expectClosed(): void {
  const lines = asked()
  const last = lines.findLastIndex(isOpening)
  for (const closing of closings)
    expect(
      lines.slice(last + 1).some((line) => closing.test(line)),
      String(closing),
    ).toBe(true)
}

describe('the doors', () => {
  test('are open while the command runs, for this address alone, and closed after it', async () => {
    const { code } = await start(['bash', '-c', `echo RUNS >> ${join(directory, 'asked')}`]).ended
    expect(code).toBe(0)
    const lines = asked()
    const runs = lines.indexOf('RUNS')
    const opened = lines.slice(0, runs).filter(isOpening)
    expect(opened).toHaveLength(4)
    expect(opened.join(' ')).toContain('--start-ip-address 203.0.113.7 --end-ip-address 203.0.113.7')
    expect(lines.slice(runs).some(isOpening)).toBe(false)
    expectClosed()
  })

  test('are closed when the command fails, and its code is told', async () => {
    expect((await start(['bash', '-c', 'exit 7']).ended).code).toBe(7)
    expectClosed()
  })

  test.each([
    'enable-public-network true',
    'firewall-rule create',
    'network-access Enabled',
    'network-rule add',
  ])('are closed when Azure refuses %s, and the command does not run', async (FAILS) => {
    const { code } = await start(['bash', '-c', `echo RUNS >> ${join(directory, 'asked')}`], { FAILS }).ended
    expect(code).not.toBe(0)
    expect(asked()).not.toContain('RUNS')
    expectClosed()
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('are closed at %s', async (signal) => {
    const { child, ended } = start(['bash', '-c', `echo RUNS >> ${join(directory, 'asked')}; sleep 600`])
    await vi.waitFor(() => expect(asked()).toContain('RUNS'), { timeout: 20_000 })
    child.kill(signal)
    expect((await ended).code).toBeGreaterThan(128)
    expectClosed()
  })

  test('that an earlier run left open are closed first', async () => {
    writeFileSync(join(directory, 'kept'), '198.51.100.9/32\n')
    await start(['true']).ended
    const lines = asked()
    const removed = lines.findIndex(
      (line) => line.includes('network-rule remove') && line.includes('198.51.100.9/32'),
    )
    expect(removed).toBeGreaterThanOrEqual(0)
    expect(removed).toBeLessThan(lines.findIndex(isOpening))
  })

  test('that cannot be closed are told of, and the run fails', async () => {
    const { code, said } = await start(['true'], { FAILS: 'network-access Disabled' }).ended
    expect(code).not.toBe(0)
    expect(said).toContain('may still be open')
  })

  test('of small stay as they are for the subnet of the app: only the rule for this address goes', async () => {
    expect((await start(['true'], { API_PROFILE: 'small' }).ended).code).toBe(0)
    expect(asked().join('\n')).not.toMatch(/enable-public-network false|network-access Disabled/)
    expect(asked().findLastIndex((line) => line.includes('firewall-rule delete'))).toBeGreaterThan(
      asked().findLastIndex(isOpening),
    )
  })

  test.each(['', 'not-an-address', '203.0.113.0/24', '0.0.0.0; rm -rf /'])(
    'are not opened for %j',
    async (OPERATOR_ADDRESS) => {
      // Whoever knows no address asks one elsewhere, of which there is none here.
      writeFileSync(join(directory, 'curl'), '#!/usr/bin/env bash\nexit 6\n')
      chmodSync(join(directory, 'curl'), 0o755)
      expect((await start(['true'], { OPERATOR_ADDRESS }).ended).code).not.toBe(0)
      expect(asked().some(isOpening)).toBe(false)
    },
  )
})

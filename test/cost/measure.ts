import { createNodeCiphers } from '../../src/adapters/node/ciphers.ts'
import { sessions } from '../../src/core/accounts/auth/sessions.model.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { createTestApp, origin, type TestApp } from '../app.ts'
import { operationOf, type Read, reads } from './reads.ts'
import type { Scene, Signed } from './store.ts'

/** What one read took, by kinds of work. */
export type Counts = Readonly<Record<string, number>>
/** By the name of what was read. */
export type Measured = ReadonlyMap<string, Counts>

/** Longer than anything is remembered in a process: each read is the first in a while. */
const forgottenAfterMs = 20 * 60_000

export const openCostApp = (startAt: number, ports: (ports: Ports) => Partial<Ports>): Promise<TestApp> =>
  createTestApp({ startAt, ports: (given) => ({ ciphers: createNodeCiphers(), ...ports(given) }) })

export async function tokenFor(
  { ports, clock }: TestApp,
  { userId, sessionId, role }: Signed,
): Promise<string> {
  const iat = Math.floor(clock.now() / 1000)
  return ports.accessTokens.sign({
    sub: userId,
    sid: sessionId,
    role,
    jti: ports.ids.next(),
    iat,
    exp: iat + 600,
  })
}

/** What is wrong with the answer, if anything. */
async function send(testApp: TestApp, read: Read, scene: Scene): Promise<readonly string[]> {
  const { method = 'GET', path, body, headers, as } = read.send(scene)
  const answer = await testApp.app.request(`${origin}${path}`, {
    method,
    headers: {
      // That somebody is there is noted now and then, with whatever they happen to do: it is no part of what that costs.
      'x-background': 'true',
      ...headers,
      ...(as ? { authorization: `Bearer ${await tokenFor(testApp, as)}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  const isRight = read.status === undefined ? answer.ok : answer.status === read.status
  return isRight ? [] : [`${read.name} answered ${answer.status}: ${text.slice(0, 200)}`]
}

/** Whatever asks for a step-up finds one of now. */
async function stepUp({ ports, clock }: TestApp, { userId, sessionId }: Signed): Promise<void> {
  const stored = await ports.documents.read(sessions, { partition: userId, id: sessionId })
  const steppedUpAt = new Date(clock.now()).toISOString()
  if (stored) await ports.documents.replace(sessions, { ...stored.value, steppedUpAt }, stored.version)
}

/** Does everything once, and asks each time how much work it was. */
export async function measureAll(
  testApp: TestApp,
  scene: Scene,
  take: () => object,
  adapterJobs: TestApp['jobs'] = [],
): Promise<Measured> {
  const measured = new Map<string, Counts>()
  const count = async (name: string, work: () => Promise<unknown>) => {
    testApp.clock.advance(forgottenAfterMs)
    for (const who of [scene.me, scene.mentor, scene.admin, scene.another]) await stepUp(testApp, who)
    await testApp.settled()
    take()
    await work()
    await testApp.settled()
    measured.set(name, { ...take() } as Counts)
  }
  const wrong: string[] = []
  for (const read of reads)
    await count(read.name, async () => void wrong.push(...(await send(testApp, read, scene))))
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  for (const job of [...testApp.jobs, ...adapterJobs]) await count(`job ${job.name}`, job.run)
  return measured
}

/** What is measured and is no more in the API, and what is in the API and not measured. */
export function uncovered({ describe }: TestApp): {
  readonly missing: readonly string[]
  readonly gone: readonly string[]
} {
  const { paths = {} } = describe()
  const operations = Object.values(paths).flatMap((path) => Object.entries(path ?? {}))
  const idsOf = (methods: (method: string) => boolean) =>
    operations.flatMap(([method, operation]) =>
      methods(method) ? [(operation as { operationId: string }).operationId] : [],
    )
  const [all, got] = [idsOf(() => true), idsOf((method) => method === 'get')]
  const measured = new Set(reads.map(operationOf))
  return {
    missing: got.filter((id) => !measured.has(id)),
    gone: [...measured].filter((id) => !all.includes(id)),
  }
}

import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ContractDevice,
  pusherContract,
  pushOptions,
  wake,
} from '../../../test/contracts/pusher.contract.ts'
import { type RunningPushService, startPushService } from '../../../test/stand-ins/push-service.ts'
import type { Pusher, WebPushTarget } from '../../ports/pusher.ts'
import type { SecretVersion } from '../../ports/secrets.ts'
import { createSigningKey } from '../jose/access-tokens.ts'
import { createMemorySecrets } from '../memory/secrets.ts'
import { createWebCiphers } from '../web-crypto/ciphers.ts'
import { createWebPushPusher } from './pusher.ts'

const longAgo = '2000-01-01T00:00:00.000Z'

async function setup() {
  let nowMs = Date.now()
  const service = await startPushService({ now: () => nowMs })
  setDefaultCACertificates([...getCACertificates(), service.certificate])
  const pushKeys: SecretVersion[] = [await createSigningKey(longAgo)]
  const pusher = createWebPushPusher({
    secrets: { versions: async (name) => createMemorySecrets(versionsOf()).versions(name) },
    ciphers: createWebCiphers(),
    clock: { now: () => nowMs },
    subject: 'mailto:operations@example.org',
    allowedHosts: [service.host],
  })
  const versionsOf = () => ({ 'signing-keys': [], 'master-key': [], 'push-keys': pushKeys })
  const currentKey = async () => (await pusher.publicKeys())[0]?.publicKey ?? ''
  const newTarget = async (publicKey?: string) => {
    const key = publicKey ?? (await currentKey())
    const { id, json } = await service.subscribe(key)
    const target: WebPushTarget = { kind: 'web', endpoint: json.endpoint, ...json.keys, publicKey: key }
    return { id, target }
  }
  return {
    service,
    pusher,
    pushKeys,
    currentKey,
    newTarget,
    now: () => nowMs,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

pusherContract('web push', async () => {
  const { service, pusher, newTarget, now } = await setup()
  const newDevice = async (): Promise<ContractDevice> => {
    const { id, target } = await newTarget()
    return {
      target,
      received: () => service.receive(id),
      answers: (status, headers = {}) => service.be(id, { status, headers }),
      breaks: (how) => service.be(id, how),
    }
  }
  return { pusher, newDevice, now, close: service.stop }
})

describe('a push service that looks at everything', () => {
  let opened: Awaited<ReturnType<typeof setup>>
  let service: RunningPushService
  let pusher: Pusher
  beforeAll(async () => {
    opened = await setup()
    ;({ service, pusher } = opened)
  })
  afterAll(() => service.stop())

  test('takes what is sent, and the browser reads the declarative format in one record of 4,096 bytes', async () => {
    const { id, target } = await opened.newTarget()
    expect(await pusher.push(target, wake(), pushOptions({ urgency: 'high', ttlSeconds: 60 }))).toEqual({
      is: 'sent',
      status: 201,
    })
    const [received] = await service.receive(id)
    expect(JSON.parse(received?.text ?? '')).toEqual(wake())
    expect(received).toMatchObject({
      bytes: 4_096,
      urgency: 'high',
      ttlSeconds: 60,
      topic: pushOptions().topic,
    })
    expect(service.complaints).toEqual([])
  })

  test('of three of one topic the browser gets the last', async () => {
    const { id, target } = await opened.newTarget()
    for (const badge of [1, 2, 3]) await pusher.push(target, wake({}, badge), pushOptions())
    expect((await service.receive(id)).map(({ text }) => JSON.parse(text).app_badge)).toEqual([3])
  })

  test('is shown one token for hours, and a new one before it runs out', async () => {
    const { target } = await opened.newTarget()
    const before = service.tokens.size
    for (const hours of [0, 1, 3]) {
      opened.pass(hours * 3_600_000)
      expect(await pusher.push(target, wake(), pushOptions())).toMatchObject({ is: 'sent' })
    }
    expect(service.tokens.size).toBeLessThanOrEqual(before + 1)
    for (const hours of [3, 12, 24]) {
      opened.pass(hours * 3_600_000)
      expect(await pusher.push(target, wake(), pushOptions())).toMatchObject({ is: 'sent' })
    }
    expect(service.tokens.size).toBeGreaterThanOrEqual(before + 2)
  })

  test.each([301, 302, 303, 307, 308])('%i leads nowhere', async (status) => {
    const [{ id, target }, other] = await Promise.all([opened.newTarget(), opened.newTarget()])
    const before = service.requests.length
    service.be(id, { status, headers: { location: other.target.endpoint } })
    expect(await pusher.push(target, wake(), pushOptions())).toEqual({ is: 'refused', status })
    expect(service.requests).toHaveLength(before + 1)
    expect(await service.receive(other.id)).toEqual([])
  })

  test('a browser that subscribed with the key before is told with it, until that is taken away', async () => {
    const former = await opened.currentKey()
    const { id, target } = await opened.newTarget()
    opened.pushKeys.unshift(await createSigningKey(new Date(opened.now()).toISOString()))
    const keys = await pusher.publicKeys()
    expect(keys.map(({ isCurrent }) => isCurrent)).toEqual([true, false])
    expect(keys[1]?.publicKey).toBe(former)
    const young = await opened.newTarget()
    for (const each of [target, young.target])
      expect(await pusher.push(each, wake(), pushOptions())).toMatchObject({ is: 'sent' })
    expect(await service.receive(id)).toHaveLength(1)
    opened.pushKeys.pop()
    expect(await pusher.examine(target)).toEqual({ is: 'unknown-key' })
    expect(await pusher.push(target, wake(), pushOptions())).toMatchObject({ is: 'gone' })
    expect(await pusher.examine(young.target)).toMatchObject({ is: 'good' })
  })

  test('a key that is not yet to be used is known, and not the one to subscribe with', async () => {
    const current = await opened.currentKey()
    opened.pushKeys.unshift(await createSigningKey(new Date(opened.now() + 3_600_000).toISOString()))
    expect(await opened.currentKey()).toBe(current)
    expect(await pusher.publicKeys()).toHaveLength(2)
  })

  test('no other host is called', async () => {
    const { target } = await opened.newTarget()
    const before = service.requests.length
    const elsewhere = { ...target, endpoint: target.endpoint.replace('localhost', '127.0.0.1') }
    expect(await pusher.examine(elsewhere)).toEqual({ is: 'wrong-endpoint' })
    expect(await pusher.push(elsewhere, wake(), pushOptions())).toMatchObject({ is: 'gone' })
    expect(service.requests).toHaveLength(before)
  })

  test.each([
    ['of another curve', { p256dh: 'A'.repeat(87) }],
    ['not on the curve', { p256dh: `B${'A'.repeat(85)}E` }],
    ['of 15 bytes', { auth: 'A'.repeat(20) }],
    ['of nothing', { p256dh: '', auth: '' }],
  ])('keys %s are none', async (_, change) => {
    const { target } = await opened.newTarget()
    expect(await pusher.examine({ ...target, ...change })).toEqual({ is: 'wrong-keys' })
  })
})

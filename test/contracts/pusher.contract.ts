import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pusher, PushOptions, PushOutcome, PushTarget, Wake } from '../../src/ports/pusher.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'

/** A device as the other side knows it. */
export interface ContractDevice {
  readonly target: PushTarget
  /** What has reached it since it was last asked: as JSON, and how many bytes were sent. */
  readonly received: () => Promise<readonly { readonly text: string; readonly bytes: number }[]>
  /** What the other side answers from now on. */
  readonly answers: (status: number, headers?: Readonly<Record<string, string>>) => void
  /** Null where there is no other side that could fail to answer. */
  readonly breaks: ((how: 'silent' | 'cut') => void) | null
}

export interface OpenedPusher {
  readonly pusher: Pusher
  readonly newDevice: () => Promise<ContractDevice>
  readonly now: () => number
  readonly close?: () => unknown
}

export const wake = (change: Partial<Wake['notification']> = {}, badge = 1): Wake => ({
  web_push: 8030,
  notification: {
    title: 'Something new',
    body: 'Open to see it.',
    lang: 'en',
    dir: 'auto',
    navigate: 'https://portal.example.org/open/q1pX0uYk7mBvT3hWc9LrZ2',
    tag: 'q1pX0uYk7mBvT3hWc9LrZ2sNdE8fGaJ5',
    ...change,
  },
  app_badge: badge,
})

export const pushOptions = (change: Partial<PushOptions> = {}): PushOptions => ({
  ttlSeconds: 3_600,
  urgency: 'normal',
  topic: 'q1pX0uYk7mBvT3hWc9LrZ2sNdE8fGaJ5',
  ...change,
})

const never = { is: 'later', retryAfterSeconds: null } as const

/** The statuses that say something of a device, and what they say. */
export const answered: readonly (readonly [number, Partial<PushOutcome>])[] = [
  [404, { is: 'gone', status: 404 }],
  [410, { is: 'gone', status: 410 }],
  [403, { is: 'gone', status: 403 }],
  [400, { is: 'refused', status: 400 }],
  [413, { is: 'refused', status: 413 }],
  [429, never],
  [500, never],
  [503, never],
]

export function pusherContract(
  name: string,
  open: () => Promise<OpenedPusher>,
  statuses: readonly (readonly [number, Partial<PushOutcome>])[] = answered,
) {
  describe(`pusher: ${name}`, () => {
    let opened: OpenedPusher
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close?.())
    const push = (target: PushTarget, change: Partial<PushOptions> = {}, what = wake()) =>
      opened.pusher.push(target, what, pushOptions(change))

    test('a device is told what was said, and who calls whom is known before', async () => {
      const device = await opened.newDevice()
      const examined = await opened.pusher.examine(device.target)
      expect(examined).toMatchObject({ is: 'good', service: expect.any(String), host: expect.any(String) })
      expect(opened.pusher.services).toContain(examined.is === 'good' ? examined.service : '')
      expect(await push(device.target)).toMatchObject({ is: 'sent' })
      const [received, ...more] = await device.received()
      expect(more).toEqual([])
      expect(received?.text).toContain('Something new')
      expect(received?.text).toContain('https://portal.example.org/open/q1pX0uYk7mBvT3hWc9LrZ2')
    })

    test('whatever is said has one length', async () => {
      const device = await opened.newDevice()
      const lengths: number[] = []
      for (const [what, badge] of [
        [{ title: 'A', body: '' }, 0],
        [{ title: 'Algo nuevo', body: 'Abra para verlo.', lang: 'es' }, 99],
        [{ navigate: `https://portal.example.org/open/${'x'.repeat(100)}` }, 7],
      ] as const) {
        expect(await push(device.target, {}, wake(what, badge))).toMatchObject({ is: 'sent' })
        lengths.push(...(await device.received()).map(({ bytes }) => bytes))
      }
      expect(lengths).toHaveLength(3)
      expect(new Set(lengths).size).toBe(1)
    })

    test.each(statuses)('what is answered with %i', async (status, outcome) => {
      const device = await opened.newDevice()
      device.answers(status)
      expect(await push(device.target)).toMatchObject(outcome)
    })

    test('how long to wait is heard in seconds and as a time, and never for more than a day', async () => {
      const device = await opened.newDevice()
      device.answers(429, { 'retry-after': '120' })
      expect(await push(device.target)).toMatchObject({ is: 'later', retryAfterSeconds: 120 })
      device.answers(503, { 'retry-after': new Date(opened.now() + 90_000).toUTCString() })
      const { retryAfterSeconds = null } = (await push(device.target)) as { retryAfterSeconds?: number }
      expect(retryAfterSeconds).toBeGreaterThan(60)
      expect(retryAfterSeconds).toBeLessThanOrEqual(91)
      device.answers(503, { 'retry-after': '999999999' })
      expect(await push(device.target)).toMatchObject({ retryAfterSeconds: 86_400 })
      for (const nothing of ['soon', '', '-5x']) {
        device.answers(503, { 'retry-after': nothing })
        expect(await push(device.target)).toMatchObject({ is: 'later', retryAfterSeconds: null })
      }
    })

    test('many at once reach each its own device', async () => {
      const devices = await Promise.all(Array.from({ length: 20 }, opened.newDevice))
      const outcomes = await Promise.all(
        devices.map(({ target }, index) => push(target, {}, wake({ tag: `tag-${index}` }))),
      )
      expect(outcomes.every(({ is }) => is === 'sent')).toBe(true)
      for (const [index, device] of devices.entries()) {
        const received = await device.received()
        expect(received).toHaveLength(1)
        expect(received[0]?.text).toContain(`tag-${index}"`)
      }
    })

    test.each([
      { ttlSeconds: 0 },
      { ttlSeconds: 2_419_201 },
      { ttlSeconds: 1.5 },
      { topic: '' },
      { topic: 'x'.repeat(33) },
      { topic: 'white space' },
      { topic: 'a\r\nb' },
    ])('what no push may have is a mistake of ours: %j', async (change) => {
      const { target } = await opened.newDevice()
      await expect(push(target, change)).rejects.toBeInstanceOf(RangeError)
    })

    test('who does not answer, or goes away in the middle, is unavailable', async () => {
      const device = await opened.newDevice()
      if (!device.breaks) return
      device.breaks('cut')
      const error = await push(device.target).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(PortUnavailable)
      expect(error).toMatchObject({ port: 'pusher' })
    })
  })
}

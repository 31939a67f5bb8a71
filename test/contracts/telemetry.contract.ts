import { describe, expect, test } from 'vitest'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import { closedSet } from '../../src/ports/telemetry-facts.ts'
import { ownTraceParent, readTraceParent } from '../../src/ports/traceparent.ts'

const later = () => new Promise<void>((resolve) => queueMicrotask(resolve))
const jobName = closedSet(() => ['send-mail'])

/** What every telemetry promises to those whose work it looks at, whether or not it keeps anything. */
export function telemetryContract(name: string, open: () => Telemetry) {
  describe(`telemetry: ${name}`, () => {
    test('work comes to what it would come to alone', async () => {
      const telemetry = open()
      const value = {}
      expect(await telemetry.trace('request', {}, {}, async () => value)).toBe(value)
      expect(await telemetry.step('cache.get', {}, async () => value)).toBe(value)
      expect(
        await telemetry.trace('job', {}, {}, () => telemetry.step('hasher.hash', {}, async () => value)),
      ).toBe(value)
    })

    test('what is thrown is thrown on as it is, and everything else goes on', async () => {
      const telemetry = open()
      const thrown = [new Error('text'), 'text', undefined, null, Object.create(null)]
      for (const each of thrown) {
        const failing = () => Promise.reject(each)
        await expect(telemetry.trace('request', {}, {}, failing)).rejects.toBe(each)
        await expect(telemetry.step('cache.get', {}, failing)).rejects.toBe(each)
        await expect(
          telemetry.trace('job', {}, {}, () => telemetry.step('cache.get', {}, failing)),
        ).rejects.toBe(each)
      }
      expect(await telemetry.trace('request', {}, {}, async () => 1)).toBe(1)
    })

    test('a step can be spoken of while it is under way, and after it', async () => {
      const telemetry = open()
      const kept = await telemetry.trace(
        'job',
        { 'app.job.name': jobName('send-mail') },
        {},
        async (step) => {
          step.set({ 'app.job.name': jobName('send-mail') })
          step.fail('PortUnavailable')
          return step
        },
      )
      kept.set({})
      kept.fail('_OTHER')
    })

    test('nothing is under way outside, nor after what was', async () => {
      const telemetry = open()
      expect(telemetry.context()).toBeNull()
      await telemetry.trace('request', {}, {}, later)
      expect(telemetry.context()).toBeNull()
      expect(await telemetry.step('cache.get', {}, async () => telemetry.context())).toBeNull()
    })

    test('where a trace can be gone on with it is said so that it can be read', async () => {
      const telemetry = open()
      const context = await telemetry.trace('request', {}, {}, async () => telemetry.context())
      if (telemetry.isOn) expect(readTraceParent(context)).not.toBeNull()
      else expect(context).toBeNull()
      expect(ownTraceParent(context)).toBe(context)
    })

    test('what comes from elsewhere may be anything', async () => {
      const telemetry = open()
      for (const link of [
        '',
        'nonsense',
        `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`,
        'x'.repeat(10_000),
        null,
      ])
        expect(await telemetry.trace('request', {}, { link, host: link }, async () => 1)).toBe(1)
    })

    test('everything that ended can be waited for, also when nothing did', async () => {
      const telemetry = open()
      await telemetry.flush()
      await telemetry.trace('request', {}, {}, later)
      await Promise.all([telemetry.flush(), telemetry.flush()])
    })
  })
}

import { afterAll, expect, test } from 'vitest'
import { edgeCacheContract } from '../../../test/contracts/edge-cache.contract.ts'
import {
  endpointId,
  managementToken,
  startFrontDoorManagement,
} from '../../../test/stand-ins/front-door-management.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createFrontDoorEdgeCache } from './edge-cache.ts'

const expiresOnTimestamp = Date.now() + 3_600_000
const asked: unknown[] = []
const credential = {
  async getToken(scope: unknown) {
    asked.push(scope)
    return { token: managementToken, expiresOnTimestamp }
  },
}

edgeCacheContract('Azure Front Door', async () => {
  const service = await startFrontDoorManagement()
  return {
    edgeCache: createFrontDoorEdgeCache({ endpointId, credential, url: service.url }),
    purged: service.purged,
    goAway: service.stop,
  }
})

const service = await startFrontDoorManagement()
afterAll(service.stop)
const open = (given: Partial<Parameters<typeof createFrontDoorEdgeCache>[0]> = {}) =>
  createFrontDoorEdgeCache({ endpointId, credential, url: service.url, ...given })
const isUnavailable = (work: Promise<void>) => expect(work).rejects.toBeInstanceOf(PortUnavailable)

test('it asks for a token for the management of Azure', async () => {
  await open().purge(['/'])
  expect(new Set(asked)).toEqual(new Set(['https://management.azure.com/.default']))
})

test.each([
  ['an error', { status: 500 }],
  ['too many orders', { status: 429, headers: { 'retry-after': '17' } }],
  ['no leave', { status: 403 }],
  ['no such endpoint', { status: 404 }],
  ['the way to somewhere else', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ['an answer that means nothing', { status: 204 }],
  ['silence', null],
])('%s is not taken over', async (_, fault) => {
  service.answerWith(fault)
  await isUnavailable(open(fault === null ? { patienceMs: 50 } : {}).purge(['/']))
  service.answerWith(undefined)
})

test.each([
  ['refuses', { getToken: () => Promise.reject(new Error('no identity')) }, {}],
  ['has none', { getToken: async () => null }, {}],
  ['never answers', { getToken: () => new Promise<never>(() => {}) }, { patienceMs: 50 }],
])('an identity that %s', async (_, other, more) => {
  const before = service.purged.length
  await isUnavailable(open({ credential: other, ...more }).purge(['/']))
  expect(service.purged).toHaveLength(before)
})

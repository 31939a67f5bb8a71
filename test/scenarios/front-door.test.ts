import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { origin } from '../app.ts'
import { useTarget } from './target.ts'

const ours = '11111111-2222-3333-4444-555555555555'
const { can, send, url, printed } = useTarget({
  environment: {
    CLIENT_ADDRESS: 'front-door',
    ORIGIN_LOCK: 'front-door',
    FRONT_DOOR_ID: ours,
    RATE_LIMIT_SCALE: '1',
  },
  descriptionHeaders: { 'x-azure-fdid': ours, 'x-azure-socketip': '203.0.113.250' },
})

/** As Front Door passes it on, which replaces what a caller says of itself in these two. */
const by = (address: string) => ({
  'x-azure-fdid': ours,
  'x-azure-socketip': address,
  'x-azure-clientip': '192.0.2.99',
  'x-forwarded-for': `192.0.2.99, ${address}`,
})
const logIn = (headers: Record<string, string>, password: string = demoPassword) =>
  send('/api/v1/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, ...headers },
    body: JSON.stringify({ email: 'admin@example.org', password }),
  })

describe.runIf(can('reached-directly'))('where the stand-in of Front Door is the test itself', () => {
  test('callers are told apart by what Front Door says, and by nothing that they say', async () => {
    const statuses: number[] = []
    for (let n = 1; n <= 7; n++) statuses.push((await logIn(by(`203.0.113.${n}`))).status)
    expect(statuses).toEqual(Array(7).fill(200))
    const ofOne: number[] = []
    for (let n = 0; n < 6; n++) ofOne.push((await logIn(by('2001:db8::1'))).status)
    expect(ofOne).toEqual([200, 200, 200, 200, 200, 429])
    expect((await logIn(by('2001:db8:0:1::1'))).status).toBe(200)
  })

  test('past Front Door there is one answer, and two ways in', async () => {
    for (const headers of [{}, { ...by('203.0.113.200'), 'x-azure-fdid': ours.replace('1', '2') }]) {
      const refused = await logIn(headers)
      expect([refused.status, ((await refused.json()) as any).error.code]).toEqual([403, 'forbidden_origin'])
      expect((await send('/api/readyz', { headers })).status).toBe(403)
      expect((await send('/api/healthz', { headers })).status).toBe(200)
    }
    const events = await fetch(`${url()}/api/v1/realtime/events`, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'somewhere.example' },
    })
    expect(await events.text()).not.toContain('forbidden_origin')
    // The server for devices, where there is one in the process.
    const embedded = await fetch(`${url()}/api/health`, { method: 'HEAD' })
    expect(embedded.status).toBe(403)
  })

  test.runIf(can('embedded-sockets'))('nor do devices come in past Front Door', async () => {
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${url()}/client/hubs/mackchat`, {
          headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
            ...headers,
          },
        })
        asked.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject)
        asked.on('upgrade', (_, socket) => {
          socket.destroy()
          resolve(101)
        })
        asked.end()
      })
    expect(await statusOf({})).toBe(403)
    // It comes to the server for devices, which takes no connection without a subprotocol.
    expect(await statusOf(by('203.0.113.202'))).toBe(400)
  })

  test('readiness has nothing to say, and no address is printed', async () => {
    const answer = await send('/api/readyz', { headers: by('203.0.113.201') })
    expect(((await answer.json()) as { concerns: string[] }).concerns).toEqual([])
    expect(printed()).not.toMatch(/203\.0\.113\.|11111111-2222/)
  })
})

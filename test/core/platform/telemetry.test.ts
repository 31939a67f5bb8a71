import { describe, expect, test } from 'vitest'
import { announcements } from '../../../src/core/messaging/chat/lists.model.ts'
import { deletions } from '../../../src/core/privacy/erasure/erasure.model.ts'
import { observedMethods } from '../../../src/ports/observed-ports.ts'
import { createBrowser, createTestApp, origin, person, signedInBrowser } from '../../app.ts'
import { staffMember } from '../learning/course-people.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'
import { createObservedApp, firstOf } from './observed-app.ts'

const stranger = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
const traceparent = `00-${stranger.traceId}-${stranger.spanId}-01`

describe('a request', () => {
  test('is a trace by the pattern of its route, with the calls of ports as its steps', async () => {
    const testApp = await createObservedApp({ systems: { documents: 'sqlite', hasher: 'in_process' } })
    await signedInBrowser(testApp)
    const [trace] = testApp.begunBy('request')
    if (!trace) throw new Error('no trace')
    const request = firstOf(trace)
    expect(request).toMatchObject({
      name: 'request',
      parentSpanId: null,
      failure: null,
      facts: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/auth/signup',
        'http.response.status_code': 201,
      },
    })
    const inserted = trace.steps.find(({ name }) => name === 'documents.insert')
    expect(inserted?.facts).toMatchObject({
      'db.system.name': 'sqlite',
      'db.collection.name': expect.any(String),
    })
    expect(trace.steps.find(({ name }) => name === 'hasher.hash')?.facts).toEqual({
      'app.operation': 'hasher.hash',
      'app.system': 'in_process',
    })
    const ids = new Set(trace.steps.map(({ spanId }) => spanId))
    expect(ids.size).toBe(trace.steps.length)
    for (const { parentSpanId, spanId } of trace.steps)
      expect(spanId === request.spanId || ids.has(parentSpanId ?? '')).toBe(true)
  })

  test('says nothing of what is not a route', async () => {
    const testApp = await createObservedApp()
    const path = '/api/v1/nowhere/ann@example.com'
    await testApp.app.request(`${origin}${path}`, { method: 'BREW' })
    const [trace] = testApp.begunBy('request')
    expect(trace && firstOf(trace).facts).toEqual({
      'http.request.method': '_OTHER',
      'http.route': '_OTHER',
      'http.response.status_code': 404,
      'http.response.status_class': '4xx',
    })
    expect(JSON.stringify(testApp.traces())).not.toContain('ann')
  })

  test('that fails is a failure by its status, and so is the call that failed', async () => {
    const testApp = await createObservedApp({
      ports: ({ documents }) => ({
        documents: { ...documents, query: () => Promise.reject(new Error('down')) },
      }),
    })
    const { status } = await testApp.app.request(`${origin}/api/v1/courses`)
    expect(status).toBe(500)
    const [trace] = testApp.begunBy('request')
    expect(trace && firstOf(trace).failure).toBe('500')
    expect(trace?.steps.find(({ name }) => name === 'documents.query')?.failure).toBe('_OTHER')
  })

  test('of a stranger is linked to what that one says, never part of it', async () => {
    const testApp = await createObservedApp()
    await testApp.app.request(`${origin}/api/healthz`, { headers: { traceparent } })
    const [trace] = testApp.begunBy('request')
    expect(trace?.link).toEqual(stranger)
    expect(trace?.traceId).not.toBe(stranger.traceId)
    expect(trace && firstOf(trace).parentSpanId).toBeNull()
    expect(testApp.log.events.find(({ event }) => event === 'request')?.fields).toMatchObject({
      trace_id: trace?.traceId,
      linkedTraceId: stranger.traceId,
    })
  })

  test('that a host handed over is part of the step of that host', async () => {
    const testApp = await createObservedApp()
    const hostTrace = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`
    await testApp.app.request(`${origin}/api/healthz`, {}, { hostTrace, remoteAddress: '127.0.0.1' })
    const [trace] = testApp.begunBy('request')
    expect(trace?.traceId).toBe('c'.repeat(32))
    expect(trace && firstOf(trace).parentSpanId).toBe('d'.repeat(16))
  })
})

describe('a trace goes on', () => {
  test('in what is put off, and in mail, whichever process sends it', async () => {
    const testApp = await createObservedApp()
    const other = await createTestApp({
      ports: () => ({ ...testApp.ports, defer: { run: () => {} } }),
    })
    const browser = createBrowser(async (path, init) => other.app.request(`${origin}${path}`, init))
    await browser.call('POST', '/api/v1/auth/signup', {
      body: { email: 'ann@example.com', password: 'SecurePass123!', name: 'Ann' },
    })
    await browser.call('POST', '/api/v1/auth/forgot-password', { body: { email: 'ann@example.com' } })
    for (let n = 0; n < 3; n++) {
      testApp.clock.advance(30_000)
      await testApp.runJob('decide-mail')
      await testApp.runJob('send-mail')
      await testApp.settled()
    }
    const requests = testApp.begunBy('request')
    const decisions = testApp.begunBy('decision')
    const mails = testApp.begunBy('mail')
    expect(decisions.length).toBeGreaterThan(0)
    expect(mails.length).toBeGreaterThan(0)
    const all = [...requests, ...decisions].flatMap(({ traceId, steps }) =>
      steps.map(({ spanId }) => `${traceId} ${spanId}`),
    )
    for (const part of [...decisions, ...mails])
      expect(all).toContain(`${part.traceId} ${firstOf(part).parentSpanId}`)
    for (const mail of mails) {
      expect(requests.map(({ traceId }) => traceId)).toContain(mail.traceId)
      expect(firstOf(mail).facts).toMatchObject({ 'app.mail.template': expect.stringMatching(/^(?!_OTHER)/) })
      expect(mail.steps.map(({ name }) => name)).toContain('mailer.send')
    }
  })

  async function openChat() {
    const testApp = await createObservedApp()
    const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
    const conversation = await ann.call('POST', '/api/v1/conversations', {
      body: { type: 'direct', participantIds: [ben.userId] },
    })
    const id = conversation.body.id as string
    await testApp.settled()
    const { url } = await testApp.ports.realtime.clientAccess({
      userId: ben.userId,
      groups: [`c.${id}`],
      ttlSeconds: 60,
    })
    const phone = testApp.devices.connect(url)
    const heard = () => phone.received.filter((each: any) => each.event === 'message.new') as any[]
    return { testApp, ann, id, heard }
  }

  test('in the event that a device gets', async () => {
    const { testApp, ann, id, heard } = await openChat()
    await ann.call('POST', `/api/v1/conversations/${id}/messages`, { body: { text: 'hello' } })
    await testApp.settled()
    const request = testApp
      .begunBy('request')
      .findLast((trace) => firstOf(trace).facts['http.route'] === '/api/v1/conversations/:id/messages')
    expect(heard()).toHaveLength(1)
    expect(heard()[0].traceparent.split('-')[1]).toBe(request?.traceId)
  })

  test('in what another process left to be told', async () => {
    const { testApp, ann, id, heard } = await openChat()
    const crashed = await createTestApp({
      ports: () => ({
        ...testApp.ports,
        realtime: { ...testApp.ports.realtime, publish: () => new Promise(() => {}) },
        defer: { run: () => {} },
      }),
    })
    await crashed.app.request(`${origin}/api/v1/conversations/${id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'was anybody told?' }),
    })
    const left = (await testApp.ports.documents.scan(announcements)).items
    expect(left.map(({ value }) => value.trace)).toContainEqual(expect.stringMatching(/^00-/))
    testApp.clock.advance(36_000)
    await testApp.runJob('announce-what-was-left')
    const [announced] = testApp.begunBy('announcement')
    expect(left.map(({ value }) => value.trace?.split('-')[1])).toContain(announced?.traceId)
    expect(heard().at(-1).traceparent.split('-')[1]).toBe(announced?.traceId)
  })

  test('in the rows of exports, imports and deletions, whichever process works on them', async () => {
    const testApp = await createObservedApp()
    const asked = await createTestApp({
      ports: () => ({ ...testApp.ports, defer: { run: () => {} } }),
    })
    const admin = await staffMember(asked, 'Ada', 'admin')
    const learner = await signedInBrowser(asked)
    for (const [browser, password] of [
      [admin, admin.logIn.password],
      [learner, person.password],
    ] as const)
      expect((await browser.call('POST', '/api/v1/auth/step-up', { body: { password } })).status).toBe(200)
    const before = testApp.begunBy('request').length
    const answers = [
      await learner.call('GET', '/api/v1/users/me/data-export'),
      await admin.call('POST', '/api/v1/admin/courses/import', { body: { courses: [{ key: 'a' }] } }),
      await admin.call('GET', '/api/v1/users/me/data-export'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(await testApp.ports.documents.scan(deletions)).toMatchObject({ items: [] })
    await testApp.runJob('prepare-exports')
    expect((await learner.call('DELETE', '/api/v1/users/me?immediate=true')).status).toBe(204)
    await testApp.runJob('run-imports')
    await testApp.runJob('erase-accounts')
    const requests = new Set(
      testApp
        .begunBy('request')
        .slice(before)
        .map(({ traceId }) => traceId),
    )
    for (const [name, count] of [
      ['export', 2],
      ['import', 1],
      ['erasure', 1],
    ] as const) {
      const works = testApp.begunBy(name)
      expect(works, name).toHaveLength(count)
      for (const { traceId } of works) expect(requests).toContain(traceId)
    }
    const done = (await testApp.ports.documents.scan(deletions)).items[0]?.value
    expect(done).toMatchObject({ state: 'done' })
    expect(done).not.toHaveProperty('trace')
  })
})

describe('what is observed', () => {
  /** Ports of which no call is a step, each with the reason. */
  const unobserved: Readonly<Record<string, string>> = {
    accessTokens: 'computes, for less time than a step costs',
    archiver: 'hands out a stream, which is read after the step would have ended',
    assets: 'reads what came with the program',
    auditKeys: 'computes; its keys are secrets, which are observed',
    ciphers: 'computes, for less time than a step costs',
    clock: 'answers at once',
    compressor: 'computes, for an answer that is a step already',
    coursePackages: 'computes, in a job that is a trace of its own',
    defer: 'begins traces',
    fileTypes: 'computes',
    ids: 'answers at once',
    localCache: 'is memory of this process',
    log: 'answers at once',
    mailbox: 'shows developers what was not sent',
    mediaMetadata: 'computes',
    observations: 'shows what was observed',
    oneTimePasswords: 'computes',
    passkeys: 'computes',
    passwordBlocklist: 'computes',
    recordSchema: 'asks once, until the answer is a good one',
    telemetry: 'is what observes',
  }

  test('every port is observed, or there is a reason', async () => {
    const { ports } = await createTestApp()
    const known = [...Object.keys(observedMethods), ...Object.keys(unobserved)]
    expect(known.toSorted()).toEqual(Object.keys(ports).toSorted())
  })

  test('every method that a port has and that waits is a step', async () => {
    const { ports } = await createTestApp()
    const atOnce = ['hasher.needsRehash', 'realtime.isEventHost', 'auditAnchors.texts']
    /** Of the memory adapters, for tests. */
    const ofTests = [
      /^realtime\.(connect|sign)$/,
      /^mailer\.(messages|forget)$/,
      /^mailQueue\.enqueueNow$/,
      /^pusher\.(pushes|answer)$/,
      /^mediaRooms\.(join|rightsOf|isOpen)$/,
    ]
    for (const [name, methods] of Object.entries(observedMethods)) {
      const port = ports[name as keyof typeof observedMethods]
      if (port === null) continue
      const missing = Object.entries(port)
        .filter(([, value]) => typeof value === 'function')
        .map(([method]) => `${name}.${method}`)
        .filter((step) => !Object.keys(methods).includes(step.split('.')[1] ?? ''))
        .filter((step) => !atOnce.includes(step) && !ofTests.some((pattern) => pattern.test(step)))
      expect(missing).toEqual([])
    }
  })

  test('where nobody looks the ports are those that were given', async () => {
    const { ports } = await createTestApp()
    const { observedPorts } = await import('../../../entry/wiring/observed-ports.ts')
    expect(observedPorts(ports, ports.telemetry, {})).toBe(ports)
  })
})

import { describe, expect, test } from 'vitest'
import { type AdministratorRoster, isRoster, staff } from '../../../src/core/accounts/users/staff.model.ts'
import { isActiveAdministrator, userEmails, users } from '../../../src/core/accounts/users/users.model.ts'
import { deletions } from '../../../src/core/privacy/erasure/erasure.model.ts'
import type { DocumentStore } from '../../../src/ports/documents.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { type Browser, browserOf, createTestApp, person, type TestApp } from '../../app.ts'
import { sharedStores, startTwoProcesses } from '../../two-processes.ts'

const auth = '/api/v1/auth'
const { password } = person
const last = { status: 409, body: { error: { code: 'last_administrator' } } }

interface Admin extends Browser {
  readonly id: string
  readonly email: string
}

/** Signed in to this process, and proved to be themselves. */
async function signIn(testApp: TestApp, { id, email }: { id: string; email: string }): Promise<Admin> {
  const browser = browserOf(testApp)
  await browser.call('POST', `${auth}/login`, { body: { email, password } })
  await browser.call('POST', `${auth}/step-up`, { body: { password } })
  return { ...browser, id, email }
}

async function makeAdmin(testApp: TestApp, name: string): Promise<Admin> {
  const email = `${name.toLowerCase()}@tools.example`
  const passwordHash = await testApp.ports.hasher.hash(password)
  const { id } = await testApp.users.createAccount({
    email,
    name,
    passwordHash,
    role: 'admin',
    emailVerified: true,
  })
  return signIn(testApp, { id, email })
}

async function activeIn(documents: DocumentStore): Promise<readonly string[]> {
  const found: string[] = []
  let after: string | undefined
  do {
    const page = await documents.scan(users, after === undefined ? {} : { after })
    found.push(...page.items.filter(({ value }) => isActiveAdministrator(value)).map(({ value }) => value.id))
    after = page.next
  } while (after !== undefined)
  return found.sort()
}

const rosterKey = { partition: 'administrators', id: 'administrators' }
async function rosterIn(documents: DocumentStore): Promise<AdministratorRoster> {
  const stored = await documents.read(staff, rosterKey)
  if (!stored || !isRoster(stored.value)) throw new Error('there is no roster')
  return stored.value
}
const listedIn = async (documents: DocumentStore) => [...(await rosterIn(documents)).active].sort()

const patch = (by: Browser, id: string, body: object) =>
  by.call('PATCH', `/api/v1/admin/users/${id}`, { body })

describe('the last administrator', () => {
  test('cannot delete the account: nothing has begun, and no mail says that it has', async () => {
    const testApp = await createTestApp()
    const ada = await makeAdmin(testApp, 'Ada')
    expect(await ada.call('DELETE', '/api/v1/users/me')).toMatchObject(last)
    expect(await ada.call('DELETE', '/api/v1/users/me?immediate=true')).toMatchObject(last)
    await testApp.settled()
    expect((await testApp.ports.documents.scan(deletions)).items).toEqual([])
    expect(await testApp.ports.mailbox?.messages()).toEqual([])
    expect((await ada.call('GET', '/api/v1/admin/users')).status).toBe(200)
    expect(await rosterIn(testApp.ports.documents)).toMatchObject({ active: [ada.id], held: [] })
  })

  test('can, once somebody else is one; and who is left is the last', async () => {
    const testApp = await createTestApp()
    const ada = await makeAdmin(testApp, 'Ada')
    const ben = await makeAdmin(testApp, 'Ben')
    const left = await ada.call('DELETE', '/api/v1/users/me')
    expect(left.status).toBe(204)
    expect(await ben.call('DELETE', '/api/v1/users/me')).toMatchObject(last)
    expect(await listedIn(testApp.ports.documents)).toEqual([ben.id])
    // A deletion that is taken back makes somebody one again.
    await ada.call('POST', `${left.headers.get('location')}/cancel`)
    expect(await listedIn(testApp.ports.documents)).toEqual([ada.id, ben.id].sort())
    expect((await ben.call('DELETE', '/api/v1/users/me')).status).toBe(204)
  })

  test.each([{ role: 'user' }, { role: 'mentor' }, { status: 'suspended' }])(
    'is not made %j by a session that has outlived its own right',
    async (change) => {
      const testApp = await createTestApp()
      const ada = await makeAdmin(testApp, 'Ada')
      const ben = await makeAdmin(testApp, 'Ben')
      const actor = { userId: ben.id, sessionId: 'x', role: 'admin', securityEpoch: 1 } as const
      const caller = { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const }
      expect((await patch(ada, ben.id, { role: 'user' })).status).toBe(200)
      const attempt = testApp.administration.update(actor, ada.id, change as never, caller)
      await expect(attempt).rejects.toMatchObject({ code: 'last_administrator' })
      expect(await activeIn(testApp.ports.documents)).toEqual([ada.id])
    },
  )

  test('is nobody who was invited and never came, and nobody who is suspended', async () => {
    const testApp = await createTestApp()
    const ada = await makeAdmin(testApp, 'Ada')
    const rows = { users: [{ email: 'invited@tools.example', name: 'Invited', role: 'admin' }] }
    expect(
      (await ada.call('POST', '/api/v1/admin/migrate-users', { body: rows })).body.results,
    ).toMatchObject([{ status: 'created' }])
    const ben = await makeAdmin(testApp, 'Ben')
    expect((await patch(ada, ben.id, { status: 'suspended' })).status).toBe(200)
    expect(await ada.call('DELETE', '/api/v1/users/me')).toMatchObject(last)

    // With the invitation taken up there is somebody.
    await testApp.settled()
    const [invitation] = (await testApp.ports.mailbox?.messages()) ?? []
    const token = /token=([\w.-]+)/.exec(invitation?.text ?? '')?.[1]
    const body = { token, newPassword: 'quite another secret 7' }
    expect((await browserOf(testApp).call('POST', `${auth}/reset-password`, { body })).status).toBe(200)
    expect((await ada.call('DELETE', '/api/v1/users/me')).status).toBe(204)
  })

  test('is of no concern to anybody else', async () => {
    const testApp = await createTestApp()
    const browser = browserOf(testApp)
    await browser.call('POST', `${auth}/signup`, { body: person })
    await browser.call('POST', `${auth}/step-up`, { body: { password } })
    expect((await browser.call('DELETE', '/api/v1/users/me')).status).toBe(204)
    expect(await testApp.ports.documents.read(staff, rosterKey)).toBeNull()
  })
})

describe('a store from before there was a roster', () => {
  async function older(count: number) {
    const testApp = await createTestApp()
    const admins = []
    for (let i = 0; i < count; i++) admins.push(await makeAdmin(testApp, `Admin${i}`))
    await testApp.ports.documents.remove(staff, rosterKey)
    return { testApp, admins }
  }

  test('gets it at the first use, with everybody in it', async () => {
    const { testApp, admins } = await older(3)
    const [ada, ben, cem] = admins as [Admin, Admin, Admin]
    expect((await patch(ada, ben.id, { role: 'user' })).status).toBe(200)
    expect(await listedIn(testApp.ports.documents)).toEqual([ada.id, cem.id].sort())
  })

  test('keeps its one administrator', async () => {
    const { testApp, admins } = await older(1)
    expect(await admins[0]?.call('DELETE', '/api/v1/users/me')).toMatchObject(last)
    expect(await listedIn(testApp.ports.documents)).toEqual([admins[0]?.id])
  })

  test('gets it from the daily job too, where the directory of staff had a gap', async () => {
    const { testApp, admins } = await older(2)
    const [ada, ben] = admins as [Admin, Admin]
    await testApp.ports.documents.remove(staff, { partition: 'staff', id: ben.id })
    await testApp.runJob('sync-staff-directory')
    expect(await listedIn(testApp.ports.documents)).toEqual([ada.id, ben.id].sort())
  })

  test('does not take what a sign-up that was cut off left for an administrator', async () => {
    const { testApp, admins } = await older(2)
    const [ada, ben] = admins as [Admin, Admin]
    await testApp.ports.documents.remove(userEmails, { partition: ben.email, id: ben.email })
    await testApp.ports.documents.remove(staff, { partition: 'staff', id: ben.id })
    await testApp.runJob('sync-staff-directory')
    expect(await listedIn(testApp.ports.documents)).toEqual([ada.id])
    testApp.clock.advance(3_600_000)
    await testApp.runJob('sweep-unclaimed-users')
    expect(await activeIn(testApp.ports.documents)).toEqual([ada.id])
  })
})

describe('a crash between the two writes', () => {
  /** The app, and a way to have the next write of that account fail before or after it is done. */
  async function crashing() {
    let crash: { readonly userId: string; readonly when: 'before' | 'after' } | null = null
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          async replace(collection, value, version) {
            const isMeant = collection.name === users.name && value.id === crash?.userId
            const when = isMeant ? crash?.when : undefined
            if (isMeant) crash = null
            if (when === 'before') throw new PortUnavailable('documents')
            const stored = await documents.replace(collection, value, version)
            if (when === 'after') throw new PortUnavailable('documents')
            return stored
          },
        } as DocumentStore,
      }),
    })
    const [ada, ben, cem] = [
      await makeAdmin(testApp, 'Ada'),
      await makeAdmin(testApp, 'Ben'),
      await makeAdmin(testApp, 'Cem'),
    ]
    return {
      testApp,
      ada,
      ben,
      cem,
      next: (userId: string, when: 'before' | 'after') => {
        crash = { userId, when }
      },
    }
  }

  test.each(['before', 'after'] as const)(
    'nobody knows whether it was written (%s): the account counts for nobody until that is settled',
    async (when) => {
      const { testApp, ada, ben, cem, next } = await crashing()
      next(ben.id, when)
      expect((await patch(ada, ben.id, { role: 'user' })).status).toBe(503)
      const { held } = await rosterIn(testApp.ports.documents)
      expect(held).toMatchObject([{ userId: ben.id }])
      // With Ben uncertain, the other two are not let go both.
      expect((await patch(ada, cem.id, { role: 'user' })).status).toBe(200)
      expect(await ada.call('DELETE', '/api/v1/users/me')).toMatchObject(last)

      testApp.clock.advance(61_000)
      const outcome = await ada.call('DELETE', '/api/v1/users/me')
      if (when === 'before') expect(outcome.status).toBe(204)
      else expect(outcome).toMatchObject(last)
      const { active, held: left } = await rosterIn(testApp.ports.documents)
      expect([[...active].sort(), left]).toEqual([await activeIn(testApp.ports.documents), []])
    },
  )

  test('the daily job settles it too', async () => {
    const { testApp, ada, ben, next } = await crashing()
    next(ben.id, 'after')
    await patch(ada, ben.id, { role: 'user' })
    testApp.clock.advance(61_000)
    await testApp.runJob('sync-staff-directory')
    const { active, held } = await rosterIn(testApp.ports.documents)
    expect([[...active].sort(), held]).toEqual([await activeIn(testApp.ports.documents), []])
  })
})

test('whoever is so slow that others have settled it writes nothing any more', async () => {
  let onWrite: (() => Promise<unknown>) | null = null
  const testApp = await createTestApp({
    ports: ({ documents }) => ({
      documents: {
        ...documents,
        async replace(collection, value, version) {
          const pause =
            collection.name === users.name && 'role' in value && value.role === 'user' ? onWrite : null
          if (pause) onWrite = null
          await pause?.()
          return documents.replace(collection, value, version)
        },
      } as DocumentStore,
    }),
  })
  const other = await createTestApp({ ports: () => ({ ...testApp.ports }) })
  const ada = await makeAdmin(testApp, 'Ada')
  const ben = await makeAdmin(testApp, 'Ben')
  onWrite = async () => {
    testApp.clock.advance(61_000)
    await other.runJob('sync-staff-directory')
  }
  expect(await patch(ada, ben.id, { role: 'user' })).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict' } },
  })
  const { active, held } = await rosterIn(testApp.ports.documents)
  expect([[...active].sort(), held]).toEqual([[ada.id, ben.id].sort(), []])
  expect(await activeIn(testApp.ports.documents)).toEqual([ada.id, ben.id].sort())
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])('two processes on %s', (kind) => {
  test('whoever demotes, suspends and deletes whom, all at once: somebody is left, and the roster says who', async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    try {
      const admins: Admin[] = []
      for (let i = 0; i < 12; i++) {
        const made = await makeAdmin(one, `Admin${i}`)
        admins.push(i % 2 ? await signIn(two, made) : made)
      }
      const attempts = Array.from({ length: 48 }, (_, i) => {
        const by = admins[i % 12] as Admin
        const at = admins[(i * 5 + 1 + Math.floor(i / 12)) % 12] as Admin
        if (i % 4 === 3) return by.call('DELETE', '/api/v1/users/me')
        return patch(by, at.id, i % 2 ? { status: 'suspended' } : { role: 'user' })
      })
      const answers = await Promise.all(attempts)
      for (const { status, body } of answers)
        expect([200, 204, 401, 403, 409], JSON.stringify(body)).toContain(status)
      expect(answers.filter(({ status }) => status < 300).length).toBeGreaterThan(0)
      await Promise.all([one.settled(), two.settled()])
      const active = await activeIn(one.ports.documents)
      expect(active.length).toBeGreaterThanOrEqual(1)
      expect(await rosterIn(two.ports.documents)).toMatchObject({ held: [] })
      expect(await listedIn(two.ports.documents)).toEqual(active)
    } finally {
      await close()
    }
  })

  test('two who demote each other, thirty times: one is left each time', async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    try {
      for (let round = 0; round < 30; round++) {
        const ada = await makeAdmin(one, `Ada${round}`)
        const ben = await signIn(two, await makeAdmin(one, `Ben${round}`))
        // Whoever was left of the round before goes first, so that there are two.
        for (const id of await activeIn(one.ports.documents))
          if (id !== ada.id && id !== ben.id)
            expect((await patch(ada, id, { role: 'user' })).status).toBe(200)
        const body = round % 2 ? { role: 'user' } : { status: 'suspended' }
        const answers = await Promise.all([patch(ada, ben.id, body), patch(ben, ada.id, body)])
        expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
        expect((await activeIn(two.ports.documents)).length, `round ${round}`).toBeGreaterThanOrEqual(1)
      }
    } finally {
      await close()
    }
  })

  test('twenty are made and unmade at once, by both: the roster has exactly those who are', async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    try {
      const ada = await makeAdmin(one, 'Ada')
      const adaToo = await signIn(two, ada)
      const passwordHash = await one.ports.hasher.hash(password)
      const ids = []
      for (let i = 0; i < 20; i++) {
        const email = `somebody${i}@tools.example`
        ids.push(
          (await one.users.createAccount({ email, name: 'Somebody', passwordHash, emailVerified: true })).id,
        )
      }
      const answers = await Promise.all(
        ids.flatMap((id) => [
          patch(ada, id, { role: 'admin' }),
          patch(adaToo, id, { role: 'mentor' }),
          patch(adaToo, id, { role: 'admin' }),
        ]),
      )
      for (const { status } of answers) expect([200, 409]).toContain(status)
      expect(await listedIn(one.ports.documents)).toEqual(await activeIn(one.ports.documents))
      expect((await rosterIn(one.ports.documents)).held).toEqual([])
    } finally {
      await close()
    }
  })
})

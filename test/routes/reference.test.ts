import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { seedCourses } from '../../entry/demo.ts'
import { tags } from '../../src/app/document.ts'
import { browserOf, createTestApp, origin, type TestApp } from '../app.ts'
import { staffMember } from '../core/learning/course-people.ts'

const referenceApp = await createTestApp()
const document = JSON.parse(JSON.stringify(referenceApp.describe())) as {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, any>>
}

interface Operation {
  readonly method: string
  readonly path: string
  readonly operation: any
}

const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const routes = referenceApp.app.openAPIRegistry.definitions.flatMap((definition) =>
  definition.type === 'route' ? [definition.route] : [],
)
/** The schemas that really judge a request, not what the document says of them. */
const requestOf = ({ method, path }: Operation) =>
  routes.find((route) => route.path === path && route.method.toUpperCase() === method)?.request as Readonly<
    Record<'params' | 'query' | 'headers', z.ZodObject | undefined>
  > & {
    readonly body?: { readonly content: { 'application/json': { schema: z.ZodType } } }
  }

const contentOf = ({ operation }: Operation) => operation.requestBody?.content['application/json']
const withBody = operations.filter(contentOf)
const byId = (operationId: string): Operation => {
  const found = operations.find(({ operation }) => operation.operationId === operationId)
  if (!found) throw new Error(`there is no operation ${operationId}`)
  return found
}

const verbs =
  /^(Accept|Add|Approve|Begin|Block|Cancel|Catch|Change|Check|Complete|Confirm|Continue|Create|Decline|Delete|Download|Edit|Enroll|Enter|Erase|Export|Get|Give|Leave|Link|List|Mark|Migrate|Move|Pin|Place|Publish|Rate|React|Receive|Refresh|Release|Remove|Rename|Renew|Report|Request|Resend|Reset|Retry|Review|Revoke|Search|Send|Set|Show|Sign|Turn|Unblock|Undo|Unlink|Unpin|Update|Validate|Withdraw) \S/

describe('what an operation is called', () => {
  test.each(operations)('$method $path: an imperative, and one thing', ({ operation: { summary } }) => {
    expect(summary).toMatch(verbs)
    expect(summary).not.toMatch(/[.;:(]/)
    expect(summary.length).toBeLessThanOrEqual(60)
    const alwaysCapital = /\b(?:Google|Microsoft|I)\b/g
    expect(summary.slice(1).replaceAll(alwaysCapital, ''), 'sentence case').not.toMatch(/[A-Z]/)
  })

  test.each(operations)('$method $path says more in whole sentences', ({ operation: { description } }) => {
    if (description !== undefined) expect(description).toMatch(/^[A-Z0-9`][\s\S]*\.$/)
  })
})

describe('chapters', () => {
  test('are declared in their order, each with what is in it', () => {
    expect(document.tags.map(({ name }) => name)).toEqual([
      'Auth',
      'Users',
      'Notifications',
      'Courses',
      'Forms',
      'Files',
      'MackChat',
      'Realtime',
      'Admin',
      'Operations',
    ])
    for (const { description } of document.tags) expect(description).toMatch(/^[A-Z][\s\S]*\.$/)
  })

  test.each(operations)('$method $path is in one that is declared', ({ operation }) => {
    expect(operation.tags).toHaveLength(1)
    expect(tags.map(({ name }) => name)).toContain(operation.tags[0])
  })

  test('follow each other in the document, and signing up comes first', () => {
    const seen = operations.map(({ operation }) => tags.findIndex(({ name }) => name === operation.tags[0]))
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(new Set(seen).size).toBe(tags.length)
    expect(operations[0]).toMatchObject({ path: '/api/v1/auth/signup', method: 'POST' })
  })
})

describe('examples', () => {
  test.each(withBody)('$method $path has a whole body', async (operation) => {
    const { example } = contentOf(operation)
    expect(example).toBeTypeOf('object')
    const schema = requestOf(operation).body?.content['application/json'].schema
    expect(schema?.safeParse(example)).toMatchObject({ success: true })
  })

  test.each(
    operations.flatMap((operation) =>
      ((operation.operation.parameters ?? []) as any[]).map((parameter) => ({
        method: operation.method,
        path: operation.path,
        name: parameter.name as string,
        parameter,
        operation,
      })),
    ),
  )('$method $path shows what $name may be', ({ name, parameter, operation }) => {
    const { schema } = parameter
    const isListed = schema.$ref !== undefined || schema.enum !== undefined || schema.default !== undefined
    // What is left out is not filled in: an example of a filter would hide what the list has.
    const shown = parameter.required ? schema.example : (schema.examples?.[0] ?? schema.example)
    if (isListed && shown === undefined) return
    const part = ({ path: 'params', query: 'query', header: 'headers' } as const)[
      parameter.in as 'path' | 'query' | 'header'
    ]
    const field = requestOf(operation)[part]?.shape[name] as z.ZodType | undefined
    expect(field?.safeParse(shown), String(shown)).toMatchObject({ success: true })
    if (!parameter.required) expect(schema.example).toBeUndefined()
  })

  const concrete = ({ path, operation }: Operation): string =>
    path.replaceAll(/\{(\w+)\}/g, (_, name) =>
      encodeURIComponent(operation.parameters.find((one: any) => one.name === name).schema.example),
    )
  const sendExample = (operation: Operation, browser: ReturnType<typeof browserOf>) =>
    browser.call(operation.method, concrete(operation), { body: contentOf(operation)?.example })

  /** An administrator who may do anything, in a house with the sample courses. */
  async function admin(testApp: TestApp) {
    await seedCourses(testApp, origin)
    const browser = await staffMember(testApp, 'Adalbert', 'admin')
    await browser.call('POST', '/api/v1/auth/step-up', { body: { password: browser.logIn.password } })
    return browser
  }

  // Which providers there are is up to a deployment; no example can know.
  const byProvider = [byId('logInSocially'), byId('linkIdentity')]
  // And which courses somebody takes, up to them.
  const byPerson = [byId('createShare')]
  const understood = withBody.filter((operation) => ![...byProvider, ...byPerson].includes(operation))
  test.each(understood)('$method $path understands its example as it stands', async (operation) => {
    const { status, body } = await sendExample(operation, await admin(await createTestApp()))
    expect([200, 201, 202, 204, 401, 403, 404, 409], JSON.stringify(body)).toContain(status)
  })

  test('of signing up and in work one after the other', async () => {
    const browser = browserOf(await createTestApp())
    const story = { signUp: 201, logIn: 200, stepUp: 200, updateProfile: 200, changePassword: 200 }
    for (const [operationId, status] of Object.entries(story))
      expect(await sendExample(byId(operationId), browser), operationId).toMatchObject({ status })
  })

  test.each([
    ['forgotPassword', 200],
    ['enterAsGuest', 201],
    ['submitContact', 201],
    ['submitInterest', 201],
    ['submitReferral', 201],
    ['listCourses', 200],
    ['readCourse', 200],
  ])('of %s work for anybody', async (operationId, status) => {
    const testApp = await createTestApp()
    await seedCourses(testApp, origin)
    expect(await sendExample(byId(operationId), browserOf(testApp))).toMatchObject({ status })
  })

  test('of a form are taken for no spam', async () => {
    const testApp = await createTestApp()
    const forms = ['submitContact', 'submitInterest', 'submitReferral']
    for (const form of forms) await sendExample(byId(form), browserOf(testApp))
    const { body } = await (await staffMember(testApp, 'Ada', 'admin')).call('GET', '/api/v1/forms')
    expect(body.items.map(({ status }: { status: string }) => status)).toEqual(forms.map(() => 'pending'))
  })

  test.each([
    ['requestUpload', 200],
    ['decideConsent', 201],
    ['enroll', 200],
    ['createCourse', 201],
    ['createServiceToken', 201],
    ['migrateUsers', 200],
  ])('of %s work for an administrator', async (operationId, status) => {
    const browser = await admin(await createTestApp())
    expect(await sendExample(byId(operationId), browser)).toMatchObject({ status })
  })
})

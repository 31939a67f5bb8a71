import { expect, test } from 'vitest'
import { createTestApp } from '../app.ts'

test('every answer that signs somebody in carries their whole profile', async () => {
  const described = (await createTestApp()).describe() as unknown as {
    paths: Record<string, Record<string, { responses: Record<string, any> }>>
    components: { schemas: Record<string, any> }
  }
  const { schemas } = described.components
  const resolved = (schema: any) =>
    schema?.$ref ? schemas[schema.$ref.replace('#/components/schemas/', '')] : schema
  const users = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap(({ responses }) =>
      Object.entries(responses)
        .filter(([status]) => status.startsWith('2'))
        .map(([, answer]) => resolved(answer.content?.['application/json']?.schema)?.properties)
        .filter((properties) => properties?.accessToken && properties?.user)
        .map(({ user }) => ({ path, user: user.$ref })),
    ),
  )
  expect(users.length).toBeGreaterThan(6)
  expect(users.filter(({ user }) => user !== '#/components/schemas/Profile')).toEqual([])
})

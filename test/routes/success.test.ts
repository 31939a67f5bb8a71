import { expect, test } from 'vitest'
import { createTestApp } from '../app.ts'

const { paths } = (await createTestApp()).describe() as {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
}
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({
    name: `${method.toUpperCase()} ${path}`,
    responses,
  })),
)

test.each(operations)('$name says what it answers when all is well', ({ responses }) => {
  expect(
    Object.keys(responses).filter((status) => /^[23]\d\d$/.test(status) && status !== '304'),
  ).not.toEqual([])
})

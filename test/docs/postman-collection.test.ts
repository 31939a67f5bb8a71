import { Script } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { currentDocument, operationsOf, rolesOf } from '../../scripts/api-reference/document.ts'
import { byCookie, forSomebody, postmanCollection, spared } from '../../scripts/postman/collection.ts'

/* Whether it works is seen when it is sent to a server: `npm run check:document`. */

interface Item {
  readonly name: string
  readonly request: {
    readonly method: string
    readonly auth: { readonly type: string; readonly bearer?: readonly { readonly value: string }[] }
    readonly url: { readonly raw: string; readonly path: readonly string[] }
    readonly body?: { readonly raw: string }
  }
  readonly event: readonly {
    readonly listen: string
    readonly script: { readonly exec: readonly string[] }
  }[]
}

const document = await currentDocument()
const operations = operationsOf(document)
const collection = postmanCollection(document) as {
  readonly item: readonly { readonly name: string; readonly item: readonly Item[] }[]
  readonly variable: readonly { readonly key: string; readonly value: string }[]
}
const [firstSteps, ...chapters] = collection.item
const items = chapters.flatMap(({ item }) => item)
const all = [...(firstSteps?.item ?? []), ...items]

test('has every operation once, in a folder for its chapter, which follow each other as in the document', () => {
  expect(chapters.map(({ name }) => name)).toEqual(document.tags.map(({ name }) => name))
  for (const { name, item } of chapters)
    expect(item.map((each) => each.name).toSorted()).toEqual(
      operations
        .filter(({ operation }) => operation.tags[0] === name)
        .map(({ operation }) => operation.summary)
        .toSorted(),
    )
})

test('uses a thing before it takes it away', () => {
  for (const { name, item } of chapters) {
    const isRemoval = item.map(({ request }) => request.method === 'DELETE')
    expect(isRemoval.lastIndexOf(false), name).toBeLessThan(
      isRemoval.includes(true) ? isRemoval.indexOf(true) : isRemoval.length,
    )
  }
})

test('signs in who may call, and nobody where anybody may', () => {
  for (const { operation } of operations) {
    const found = items.filter(({ name }) => name === operation.summary)
    const roles = rolesOf(operation)
    for (const { request } of found) {
      const isOwn = {
        ...spared,
        ...Object.fromEntries([...forSomebody, ...byCookie].map((id) => [id, true])),
      }
      if (operation.operationId in isOwn || found.length > 1) continue
      const token = request.auth.bearer?.[0]?.value ?? 'none'
      const expected = roles.length === 0 ? 'none' : roles.includes('user') ? '{{token}}' : '{{adminToken}}'
      expect(token, operation.operationId).toBe(expected)
    }
  }
})

test('names no variable that is neither there from the start nor set by an earlier request', () => {
  const set = new Set(collection.variable.map(({ key }) => key))
  for (const { name, request, event } of all) {
    for (const line of event.flatMap(({ script }) => script.exec))
      for (const [, variable = ''] of line.matchAll(/collectionVariables\.set\('(\w+)'|^remember\('(\w+)'/g))
        set.add(variable)
    for (const [, variable = ''] of JSON.stringify(request).matchAll(/\{\{(\w+)\}\}/g))
      expect([...set], `${name}: ${variable}`).toContain(variable)
  }
})

test('treats operations of its own that there are', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(ids).toEqual(expect.arrayContaining([...Object.keys(spared), ...forSomebody, ...byCookie]))
})

describe.each(all.map((item) => ({ name: item.name, item })))('$name', ({ item }) => {
  test('has scripts that can be read, a body that is JSON, and a path without gaps', () => {
    for (const { script } of item.event) expect(() => new Script(script.exec.join('\n'))).not.toThrow()
    if (item.request.body) JSON.parse(item.request.body.raw)
    expect(item.request.url.raw.replaceAll(/\{\{\w+\}\}/g, '')).not.toMatch(/undefined|[{}]/)
    expect(item.request.url.path).not.toContain('')
  })
})

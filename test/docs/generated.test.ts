import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeAddressDoors } from '../../scripts/write-address-doors.ts'
import { describeApi } from '../../scripts/write-api-reference.ts'
import { describeCosmosContainers } from '../../scripts/write-cosmos-containers.ts'
import { describeRegistry } from '../../scripts/write-data-registry.ts'
import { withSettings } from '../../scripts/write-env-example.ts'
import { describePermissions } from '../../scripts/write-permissions.ts'
import { describeCollection } from '../../scripts/write-postman-collection.ts'
import { sloFiles } from '../../scripts/write-slo.ts'
import { collections } from '../../src/app/domains.ts'
import { describeEnvironment } from '../../src/config/config.ts'
import { filesBelow, read } from './pages.ts'

test('.env.example and the tables of settings are what the configuration says', () => {
  expect(read('.env.example'), 'run `npm run env:example`').toBe(describeEnvironment())
  const page = read('docs/configuration.md')
  expect(page, 'run `npm run env:example`').toBe(withSettings(page))
})

test('the API reference is what the app says', async () => {
  const pages = await describeApi()
  for (const [path, text] of pages) expect(read(join('docs', path)), 'run `npm run docs:api`').toBe(text)
  const found = ['api-reference.md', ...filesBelow('docs/api-reference', '').map((path) => path.slice(5))]
  expect(found.toSorted()).toEqual([...pages.keys()].toSorted())
})

test('the Postman collection is what the app says', async () => {
  expect(read('docs/postman-collection.json'), 'run `npm run docs:postman`').toBe(await describeCollection())
})

test('the table of places that are given an address is what the walk walks', () => {
  expect(read('docs/security.md'), 'run `npm run docs:doors`').toContain(describeAddressDoors())
})

test('the table of who may do what in a conversation is the one that the code asks', () => {
  expect(read('docs/guides/chat.md'), 'run `npm run docs:permissions`').toContain(describePermissions())
})

test('the containers that the templates make are those that the collections need', () => {
  expect(read('infra/cosmos-containers.json'), 'run `npm run docs:containers`').toBe(
    describeCosmosContainers(),
  )
})

test('rules, workbook and page of what is promised are made of the table', () => {
  for (const [path, text] of sloFiles()) expect(read(path), 'run `npm run docs:slo`').toBe(text)
})

test('the data registry is what the domains register', async () => {
  expect(read('docs/data-registry.md'), 'run `npm run docs:data`').toBe(await describeRegistry())
})

test.each(collections.map(({ name, partition }) => ({ name, partition: String(partition) })))(
  'the database schema describes $name and its partition key',
  ({ name, partition }) => {
    const section = read('docs/database-schema.md').split(`\n### ${name}\n`)[1]?.split('\n#')[0]
    expect(section).toContain(`Partition \`${partition}\``)
  },
)

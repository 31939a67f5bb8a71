import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ApiDocument, currentDocument, type Described, operationsOf } from './api-reference/document.ts'
import { describeOperation, titleOf, usual, whoCalls } from './api-reference/operations.ts'
import { anchorOf, code, describeSchema, schemasIn, table } from './api-reference/schemas.ts'

/*
 * docs/api-reference.md and the pages below docs/api-reference/, one for each chapter, from the description that the app serves
 * at /api/openapi.json.
 */

const generatedBy = 'Generated from the OpenAPI document by `npm run docs:api`. Do not edit it by hand.'

/** The page of what several chapters use. */
const sharedPage = 'schemas'

interface Chapter {
  readonly name: string
  readonly description: string
  /** The name of its file, without the ending. */
  readonly page: string
  readonly operations: readonly Described[]
}

const chaptersOf = (document: ApiDocument): readonly Chapter[] =>
  document.tags.map(({ name, description }) => ({
    name,
    description,
    page: anchorOf(name),
    operations: operationsOf(document).filter(({ operation }) => operation.tags[0] === name),
  }))

/** On which page each schema is described: that of the one chapter which uses it, or the one of all. */
function pagesOfSchemas(document: ApiDocument, chapters: readonly Chapter[]): ReadonlyMap<string, string> {
  const usedOn = new Map<string, Set<string>>()
  for (const { page, operations } of chapters)
    for (const name of schemasIn(operations, document))
      usedOn.set(name, (usedOn.get(name) ?? new Set()).add(page))
  return new Map(
    Object.keys(document.components.schemas).map((name) => {
      const pages = [...(usedOn.get(name) ?? [])]
      return [name, pages.length === 1 && pages[0] !== undefined ? pages[0] : sharedPage]
    }),
  )
}

const describeSchemas = (document: ApiDocument, names: readonly string[], locate: (name: string) => string) =>
  names.toSorted().flatMap((name) => {
    const schema = document.components.schemas[name] ?? {}
    return [
      `### ${name}`,
      ...(schema.description ? [schema.description] : []),
      describeSchema(schema, locate),
    ]
  })

/** Headers that at least nine in ten answers have. */
function usualHeadersOf(document: ApiDocument): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const answers = operationsOf(document).flatMap(({ operation }) => Object.values(operation.responses))
  for (const { headers = {} } of answers)
    for (const name of Object.keys(headers)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Set([...counts].filter(([, count]) => count >= answers.length * 0.9).map(([name]) => name))
}

function describeErrors(document: ApiDocument): readonly string[] {
  const meanings = new Map<string, string>()
  for (const { operation } of operationsOf(document))
    for (const [status, { description, content }] of Object.entries(operation.responses))
      if (content?.['application/json']?.schema?.$ref === '#/components/schemas/Error')
        meanings.set(status, description)
  const everywhere = usual.filter((status) => meanings.has(status))
  return [
    '## Errors',
    `The body is [Error](api-reference/${sharedPage}.md#error), or [Problem](api-reference/${sharedPage}.md#problem) for \`Accept: application/problem+json\`. Any operation may answer 429, 500 and 503, and most of them ${everywhere.slice(0, -3).join(', ')}; the pages name these and show the others. What reaches no operation is answered alike: 404, 405 \`method_not_allowed\` with \`Allow\`, 408 \`request_timeout\`, 417 \`expectation_failed\`, 431 \`request_header_fields_too_large\`.`,
    table(
      ['status', 'meaning'],
      [...meanings].toSorted(([a], [b]) => Number(a) - Number(b)),
    ),
  ]
}

function firstPage(document: ApiDocument, chapters: readonly Chapter[]): string {
  const { info } = document
  const headers = [...usualHeadersOf(document)]
  return `${[
    `# ${info.title}: reference`,
    `${generatedBy} The running server has the same as \`/api/openapi.json\` and, to try it, as \`/api/docs\`. For Postman there is a [collection](postman-collection.json).`,
    info.description,
    'Each operation is shown as it is typed. In a shell, first say where the server is and, for what needs somebody signed in, who that is:',
    '```sh\napi=http://localhost:7071\ntoken=…   # the `accessToken` that signing up or in answers\n```',
    'Every request counts against the general limit of 100 a minute from one address (`RATE_LIMIT_PER_MINUTE`). Each answer that is for one caller says where the caller stands: `X-RateLimit-Limit`, `X-RateLimit-Remaining`, `X-RateLimit-Reset`, `RateLimit` and `RateLimit-Policy`; what is the same for everybody carries none of them. `GET /api/healthz` and `GET /api/readyz` are not counted.',
    ...(headers.length > 0
      ? [`Headers of nearly every answer, which the pages do not repeat: ${headers.map(code).join(', ')}.`]
      : []),
    'A request that changes something and is signed in by a cookie must carry an `Origin` header.',
    ...describeErrors(document),
    ...chapters.flatMap(({ name, page, description, operations }) => [
      `## ${name}`,
      `${description} On [a page of its own](api-reference/${page}.md).`,
      table(
        ['operation', 'who', 'what it does'],
        operations.map((each) => [
          `[${titleOf(each)}](api-reference/${page}.md#${anchorOf(titleOf(each))})`,
          whoCalls(each.operation),
          each.operation.summary,
        ]),
      ),
    ]),
  ].join('\n\n')}\n`
}

/** Every page by its path below docs/. */
export async function describeApi(): Promise<ReadonlyMap<string, string>> {
  const document = await currentDocument()
  const chapters = chaptersOf(document)
  const pages = pagesOfSchemas(document, chapters)
  const usualHeaders = usualHeadersOf(document)
  const locateFrom = (page: string) => (name: string) => {
    const at = pages.get(name)
    return `${at === page ? '' : `${at}.md`}#${anchorOf(name)}`
  }
  const linkFrom = (page: string) => (operationId: string) => {
    for (const chapter of chapters)
      for (const each of chapter.operations)
        if (each.operation.operationId === operationId)
          return `${chapter.page === page ? '' : `${chapter.page}.md`}#${anchorOf(titleOf(each))}`
    return undefined
  }
  const schemasOn = (page: string) => [...pages].flatMap(([name, at]) => (at === page ? [name] : []))
  const written = new Map([['api-reference.md', firstPage(document, chapters)]])
  const back = `${generatedBy} [All operations](../api-reference.md)`
  for (const [index, { name, page, description, operations }] of chapters.entries()) {
    const surroundings = {
      locate: locateFrom(page),
      locateOperation: linkFrom(page),
      isUsualHeader: (header: string) => usualHeaders.has(header),
    }
    const own = schemasOn(page)
    const following = chapters[index + 1]
    written.set(
      `api-reference/${page}.md`,
      `${[
        `# ${name}`,
        description,
        `${back}${following ? `; next: [${following.name}](${following.page}.md)` : ''}.`,
        table(
          ['operation', 'who', 'what it does'],
          operations.map((each) => [
            `[${titleOf(each)}](#${anchorOf(titleOf(each))})`,
            whoCalls(each.operation),
            each.operation.summary,
          ]),
        ),
        '## Operations',
        ...operations.map((each) => describeOperation(each, surroundings)),
        ...(own.length > 0 ? ['## Schemas', ...describeSchemas(document, own, surroundings.locate)] : []),
      ].join('\n\n')}\n`,
    )
  }
  written.set(
    `api-reference/${sharedPage}.md`,
    `${[
      '# Schemas',
      'What several chapters speak of, and the two shapes of an error.',
      `${back}.`,
      ...describeSchemas(document, schemasOn(sharedPage), locateFrom(sharedPage)),
    ].join('\n\n')}\n`,
  )
  return written
}

if (import.meta.main) {
  const docs = resolve(import.meta.dirname, '../docs')
  const pages = await describeApi()
  // A chapter that is no more leaves no page behind.
  await rm(join(docs, 'api-reference'), { recursive: true, force: true })
  await mkdir(join(docs, 'api-reference'), { recursive: true })
  for (const [path, text] of pages) await writeFile(join(docs, path), text)
}

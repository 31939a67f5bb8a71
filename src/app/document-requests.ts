import { type ApiDocument, nameOf, operationsOf, type Parameter, type Schema } from './document-parts.ts'

/** Of a parameter that needs no words of its own where it is declared: what it is everywhere. */
const saidOf: Readonly<Record<string, string>> = {
  cursor: 'The `nextCursor` of the page before.',
  limit: 'How many at most.',
  page: 'Which page, from 1.',
  sort: 'In which order.',
  code: 'The code on the certificate, in any case, with any spaces and dashes.',
  name: 'The name of the picture, as its address has it.',
  token: 'The secret of the link.',
  emoji: 'One emoji, as keyboards have them.',
}

const words = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()

/** Of `/courses/{id}/members` the course. */
function thingAt(path: string, name: string): string {
  const before =
    path
      .slice(0, path.indexOf(`{${name}}`))
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? ''
  return before.replaceAll('-', ' ').replace(/ies$/, 'y').replace(/s$/, '')
}

function sayParameter(path: string, { name, in: place }: Parameter): string {
  const said = saidOf[name]
  if (said !== undefined) return said
  if (place !== 'path') return `Only those with this ${words(name)}.`
  if (name === 'id') return `The id of the ${thingAt(path, name)}.`
  return `The id of the ${words(name).replace(/ id$/, '')}.`
}

/** Descriptions belong to the parameter and not to its schema. */
function describeParameter(path: string, parameter: Parameter): Parameter {
  const { description, ...schema } = parameter.schema
  return {
    ...parameter,
    description: parameter.description ?? description ?? sayParameter(path, parameter),
    schema,
  }
}

type Change = (schema: Record<string, unknown>) => void

/** Every schema of the document, also inside others. */
function changeSchemas(value: unknown, change: Change): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) change(value as Record<string, unknown>)
  for (const child of Object.values(value)) changeSchemas(child, change)
}

/** What the document says of input that one deployment holds to other bounds than another, or that says too much. */
export function completeRequests(document: ApiDocument, passwordMinLength: number): void {
  const choices = (schemas: readonly Schema[], field: string): boolean =>
    schemas.every(
      ({ $ref }) =>
        $ref !== undefined && document.components.schemas[nameOf($ref)]?.required?.includes(field),
    )
  changeSchemas(document, (schema) => {
    if (schema['x-holds'] === 'new-password') schema['minLength'] = passwordMinLength
    // A discriminator is a field that every choice has to have.
    const { discriminator, oneOf } = schema as { discriminator?: { propertyName: string }; oneOf?: Schema[] }
    if (discriminator && oneOf && !choices(oneOf, discriminator.propertyName)) {
      delete schema['discriminator']
      delete schema['oneOf']
      schema['anyOf'] = oneOf
    }
  })
  for (const { path, operation } of operationsOf(document)) {
    const { parameters } = operation
    if (parameters) operation.parameters = parameters.map((parameter) => describeParameter(path, parameter))
  }
}

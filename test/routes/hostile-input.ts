import fc from 'fast-check'

/** In every text that is made here, so that an answer or a log line that repeats one is found out. */
export const marker = 'qx7marker'

/** A field name that is no name: nothing may repeat it either. */
const oddName = `${marker}@example.com `

/** The same as the name of a parameter in an address. */
export const oddParameter = `${marker}%40example.com`

type Schema = Readonly<Record<string, any>>

const hostileTexts = [
  '',
  ' ',
  `${marker}\0`,
  `${marker}\ud800`,
  `\udc00${marker}`,
  `${marker}\r\nSet-Cookie: a=b`,
  `${marker}\u202e\u200b\ufeff`,
  `<script>${marker}</script>`,
  `' OR 1=1; -- ${marker}`,
  `\${${marker}}{{${marker}}}`,
  `../../${marker}`,
  `javascript:${marker}`,
  `=HYPERLINK("${marker}")`,
  `${marker}@example.com`,
  `${marker}${'é'.repeat(3_000)}`,
  `${marker}${'x'.repeat(120_000)}`,
  'e\u0301'.repeat(500) + marker,
  '__proto__',
  'constructor',
  '0000-00-00T99:99:99Z',
  '+275760-09-13T00:00:00.001Z',
  '00000000-0000-0000-0000-00000000000g',
]

const deep = (depth: number): unknown => {
  let value: unknown = marker
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { [oddName]: value }
  return value
}

const hostileValues: readonly unknown[] = [
  ...hostileTexts,
  null,
  true,
  0,
  -1,
  -0,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  [],
  {},
  [[]],
  [null],
  { [oddName]: marker },
  JSON.parse('{"__proto__":{"role":"admin"}}'),
  { constructor: { prototype: { role: 'admin' } } },
  JSON.parse(`{"toString":"${marker}","valueOf":"${marker}","then":"${marker}","length":-1}`),
  deep(12),
  deep(40),
  Array.from({ length: 2_000 }, () => marker),
]

const hostile = fc.constantFrom(...hostileValues)

export interface Inputs {
  /** Bodies and parameters a schema allows. */
  readonly valid: (schema: Schema) => fc.Arbitrary<unknown>
  /** The same with one thing wrong. */
  readonly invalid: (schema: Schema) => fc.Arbitrary<unknown>
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The places in a value, as the keys that lead there. */
function placesIn(value: unknown): PropertyKey[][] {
  const children = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : ([] as [PropertyKey, unknown][])
  return [[], ...children.flatMap(([key, child]) => placesIn(child).map((rest) => [key, ...rest]))]
}

function changed(value: any, place: readonly PropertyKey[], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = place
  if (key === undefined) return change(value)
  if (Array.isArray(value))
    return value.map((item, index) => (index === key ? changed(item, rest, change) : item))
  return { ...value, [key]: changed(value[key], rest, change) }
}

const without = (value: unknown, nth: number): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter((_, index) => index !== nth)) : undefined

/** Input for what the description says, with the given ids wherever it wants one. */
export function createInputs(document: Schema, ids: readonly string[]): Inputs {
  const resolve = (schema: Schema): Schema => {
    const { $ref } = schema
    if (!$ref) return schema
    const [, ...parts] = $ref.split('/')
    return parts.reduce((part: any, name: string) => part[name], document)
  }
  const id = fc.oneof(fc.constantFrom(...ids), fc.uuid())
  const time = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString())

  function text(schema: Schema): fc.Arbitrary<string> {
    const { format, pattern, example, minLength = 0, maxLength = 200 } = schema
    if (format === 'uuid') return id
    if (format === 'date-time') return time
    if (format === 'uri') return fc.constant(`https://example.com/${marker}`)
    if (format === 'date') return time.map((at) => at.slice(0, 10))
    if (pattern && example) return fc.constant(example)
    if (pattern?.startsWith('^[\\x21')) return fc.nat({ max: 999 }).map((number) => `${marker}${number}`)
    const plain = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((rest) => `${marker} ${rest.replaceAll('\0', '')}`.slice(0, maxLength).padEnd(minLength, 'x'))
    return example ? fc.oneof(fc.constant(example), plain) : plain
  }

  function valid(given: Schema): fc.Arbitrary<any> {
    const schema = resolve(given)
    const choices = schema['anyOf'] ?? schema['oneOf']
    if (choices) return fc.oneof(...choices.map(valid))
    if ('const' in schema) return fc.constant(schema['const'])
    if (schema['enum']) return fc.constantFrom(...schema['enum'])
    const { type } = schema
    if (Array.isArray(type)) return fc.oneof(...type.map((one) => valid({ ...schema, type: one })))
    switch (type) {
      case 'null':
        return fc.constant(null)
      case 'boolean':
        return fc.boolean()
      case 'string':
        return text(schema)
      case 'integer':
        return fc.integer({ min: schema['minimum'] ?? -1_000, max: schema['maximum'] ?? 1_000_000 })
      case 'number':
        return fc.double({ min: schema['minimum'] ?? -1e6, max: schema['maximum'] ?? 1e6, noNaN: true })
      case 'array': {
        const { minItems = 0, maxItems = 3 } = schema
        return fc.array(valid(schema['items'] ?? {}), {
          minLength: minItems,
          maxLength: Math.max(minItems, Math.min(maxItems, 3)),
        })
      }
      case 'object': {
        const { properties = {}, required = [], additionalProperties } = schema
        const fields = fc.record(
          Object.fromEntries(Object.entries<Schema>(properties).map(([name, field]) => [name, valid(field)])),
          { requiredKeys: required, noNullPrototype: true },
        )
        if (!additionalProperties?.type) return fields
        const extra = fc.dictionary(id, valid(additionalProperties), { maxKeys: 3, noNullPrototype: true })
        return fc.tuple(fields, extra).map(([known, more]) => ({ ...known, ...more }))
      }
      default:
        // What was read is let through, whatever it is.
        return schema['readOnly'] ? fc.constant(marker) : hostile
    }
  }

  const invalid = (schema: Schema) =>
    fc
      .tuple(
        valid(schema),
        hostile,
        fc.nat(),
        fc.constantFrom('replace', 'replace', 'replace', 'omit', 'add'),
      )
      .map(([value, wrong, nth, how]) => {
        if (how === 'omit') return without(value, nth % Math.max(1, Object.keys(value ?? {}).length))
        if (how === 'add' && isObject(value)) return { ...value, [oddName]: wrong, isAdmin: true }
        const places = placesIn(value)
        return changed(value, places[nth % places.length] ?? [], () => wrong)
      })

  return { valid, invalid }
}

/** What may stand in an address where a value is wanted, already written as an address wants it. */
export const hostileSegments = [
  '%00',
  '%ED%A0%80',
  '%E0%A4%A',
  '%',
  '..%2F..%2Fetc%2Fpasswd',
  `${marker}%0d%0aX-Injected:%201`,
  `${marker}'%22%3Cscript%3E`,
  '__proto__',
  'constructor',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '%F0%9F%91%8D',
  '-1',
  'NaN',
  '1e999',
  '99999999999999999999',
  `${marker}${'x'.repeat(5_000)}`,
  'bnVsbA',
  'eyJhIjoxfQ',
  'eyJfX3Byb3RvX18iOnsiYSI6MX19',
  'W10',
]

/** Headers that are odd, each alone enough to confuse a server that trusts them. */
export const oddHeaders: readonly Record<string, string>[] = [
  { 'if-match': '"' },
  { 'if-match': `W/"${marker}"` },
  { 'if-match': '"1", "2"' },
  { 'if-none-match': '*' },
  { 'if-none-match': `${marker},,,"` },
  { 'idempotency-key': '' },
  { 'idempotency-key': `${marker} with spaces` },
  { 'idempotency-key': `${marker}${'k'.repeat(300)}` },
  { 'idempotency-key': `${marker}1` },
  { 'content-type': '' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'multipart/form-data' },
  { 'content-type': 'application/jsonp' },
  { 'content-length': '-1' },
  { 'content-length': 'NaN' },
  { 'content-encoding': 'gzip' },
  { range: 'bytes=9-1,-' },
  { range: `${marker}=0-` },
  { accept: 'application/problem+json' },
  { accept: 'text/csv' },
  { accept: ',;q=,*/' },
  { 'accept-language': `${marker}-${'a'.repeat(500)}` },
  { 'x-request-id': `${marker}<>` },
  { traceparent: `00-${'0'.repeat(32)}-${marker}-zz` },
  { 'x-forwarded-for': `${marker}, 999.999.999.999, ::ffff:1.2.3.4%eth0` },
  { 'user-agent': `${marker}\u00ff${'u'.repeat(2_000)}` },
  { origin: 'null' },
  { origin: `https://${marker}.example` },
  { 'sec-fetch-site': 'cross-site' },
  { cookie: `accessToken=%E0%A4%A; refreshToken=${marker}; __proto__=1; =; ;` },
  { authorization: 'Bearer' },
  { authorization: `Bearer ${marker}` },
  { authorization: `Basic ${marker}` },
  { authorization: `Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ${marker}In0.` },
  { 'x-authorization': `Bearer tools_${marker}` },
  { 'x-receipt-code': `${marker}\u00e9` },
  { 'x-http-method-override': 'DELETE' },
  { 'webhook-request-origin': `${marker}` },
  { 'ce-type': `azure.webpubsub.sys.${marker}`, 'ce-signature': `sha256=${marker}` },
]

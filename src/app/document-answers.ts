import { answerHeaders, ofEveryAnswer, referTo } from '../http/answer-headers.ts'
import { type Answer, type ApiDocument, type Operation, operationsOf } from './document-parts.ts'
import { exampleOfError, phrases } from './example-errors.ts'

const common = Object.keys(ofEveryAnswer)

/** What an answer with this status says beside its body, whatever it is about. */
const byStatus: Readonly<Record<string, readonly (keyof typeof answerHeaders)[]>> = {
  '304': ['ETag'],
  '401': ['WWW-Authenticate'],
  '403': ['Retry-After'],
  '404': ['Retry-After'],
  '409': ['Retry-After'],
  '415': ['Accept-Encoding'],
  '429': ['Retry-After'],
  '503': ['Retry-After'],
}
/** Of what is the same for everybody: nothing of the caller, see src/http/shared-answer.ts. */
const ofShared = [
  'X-Content-Type-Options',
  'Referrer-Policy',
  'Content-Security-Policy',
  'Strict-Transport-Security',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
  'Cross-Origin-Resource-Policy',
  'Cache-Control',
  'ETag',
  'Vary',
]
const ofCookies = ['Set-Cookie', 'X-Session-Idle-Expires', 'X-Session-Expires', 'X-Cookies-Dropped'] as const

const isError = ({ content }: Answer): boolean => content?.['application/problem+json'] !== undefined

function withExamples(status: string, answer: Answer): Answer {
  const codes = [...(answer.description ?? '').matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code)
  const titled = (phrases[status] ?? 'Error').replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
  const examples = (kind: 'error' | 'problem') =>
    Object.fromEntries(codes.map((code) => [code, { value: exampleOfError(status, code, titled)[kind] }]))
  const { content = {} } = answer
  return {
    ...answer,
    content: {
      ...content,
      'application/json': { ...content['application/json'], examples: examples('error') },
      'application/problem+json': { ...content['application/problem+json'], examples: examples('problem') },
    },
  }
}

/** What goes with what an operation takes: versions where it compares them, cookies where it sets them. */
function ofSuccess({
  responses,
  parameters = [],
  'x-sets-cookies': setsCookies,
}: Operation): readonly string[] {
  const isRepeatable = parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key')
  return [
    ...('304' in responses || '412' in responses ? ['ETag'] : []),
    ...(isRepeatable ? ['Idempotent-Replayed'] : []),
    ...(setsCookies ? ofCookies : []),
  ]
}

/** Every answer with its headers; errors, which are the same everywhere, once for all operations. */
export function completeAnswers(document: ApiDocument): void {
  const shared: Record<string, Answer> = {}
  const nameByText = new Map<string, string>()
  function share(status: string, answer: Answer): Answer {
    const text = JSON.stringify(answer)
    let name = nameByText.get(text)
    if (name === undefined) {
      const phrase = phrases[status] ?? `Status${status}`
      const others = Object.keys(shared).filter((other) => other.startsWith(phrase)).length
      name = others > 0 ? `${phrase}${others + 1}` : phrase
      nameByText.set(text, name)
      shared[name] = withExamples(status, answer)
    }
    return { $ref: `#/components/responses/${name}` }
  }
  for (const { operation } of operationsOf(document))
    for (const [status, answer] of Object.entries(operation.responses)) {
      const isShared = operation['x-shared'] && status < '400'
      const names = isShared
        ? ofShared
        : [
            ...common.filter((name) => !operation['x-uncounted'] || !/rate-?limit/i.test(name)),
            ...(byStatus[status] ?? []),
            ...(status < '300' ? ofSuccess(operation) : []),
          ]
      const complete = { ...answer, headers: { ...referTo(names), ...answer.headers } }
      operation.responses[status] = isError(answer)
        ? share(status, {
            ...answer,
            headers: { ...referTo([...common, ...(byStatus[status] ?? [])]), ...answer.headers },
          })
        : complete
    }
  document.components.responses = shared
  document.components.headers = answerHeaders
}

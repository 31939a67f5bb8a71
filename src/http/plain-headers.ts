import type { AppContext } from './request-context.ts'

type Values = Record<string, string | string[]>
/** As they are called, without what Hono infers from their arguments. */
interface Answering {
  finalized: boolean
  header: (name: string, value?: string, options?: { readonly append?: boolean }) => void
  body: (data: any, status?: any, more?: Values) => Response
  json: (value: unknown, status?: any, more?: Values) => Response
  text: (text: string, status?: any, more?: Values) => Response
  html: (html: any, status?: any, more?: Values) => Response | Promise<Response>
  newResponse: (data: any, status?: any, more?: Values) => Response
}

/**
 * Keeps the headers of an answer in a plain record until the answer is made. Hono keeps them in a `Headers`, which
 * costs more than all the middleware that sets them, and Node wants a record again. What a record cannot say (two
 * values under one name) and answers other than bodies and JSON go Hono's own way, with what was set so far.
 */
export function keepPlainHeaders(context: AppContext): void {
  const c = context as unknown as Answering
  const { header, body, json, text, html, newResponse } = c
  const record: Record<string, string> = {}

  // What was taken from the context before may be called after: it then goes on in Hono's own way.
  let isHandedOver = false
  const handOver = (): void => {
    if (isHandedOver) return
    isHandedOver = true
    Object.assign(c, { header, body, json, text, html, newResponse })
    for (const name in record) header(name, record[name])
  }
  const answer = (data: BodyInit | null, status: unknown, more?: Values): Response | null => {
    if (typeof status !== 'number' || c.finalized || isHandedOver) return null
    for (const name in more) {
      const value = more[name]
      if (typeof value !== 'string') return null
      record[name.toLowerCase()] = value
    }
    return new Response(data, { status, headers: record })
  }

  const plain: Omit<Answering, 'finalized'> = {
    header: (name, value, options) => {
      if (value !== undefined && !options?.append && !c.finalized && !isHandedOver)
        record[name.toLowerCase()] = value
      else {
        handOver()
        header(name, value, options)
      }
    },
    body: (data, status, more) => {
      const answered = answer(data, status, more)
      if (answered) return answered
      handOver()
      return body(data, status, more)
    },
    json: (value, status, more) => {
      record['content-type'] = 'application/json'
      const answered = answer(JSON.stringify(value), status, more)
      if (answered) return answered
      handOver()
      return json(value, status, more)
    },
    text: (...values) => {
      handOver()
      return text(...values)
    },
    html: (...values) => {
      handOver()
      return html(...values)
    },
    newResponse: (...values) => {
      handOver()
      return newResponse(...values)
    },
  }
  Object.assign(c, plain)
}

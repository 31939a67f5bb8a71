import type { Locks, SharedNotes } from '../../src/client/client.ts'
import { origin, type TestApp } from '../app.ts'

/** One browser: a cookie jar that its tabs share, and every request that was sent. */
export function createJar({ app }: TestApp) {
  const cookies = new Map<string, string>()
  const sent: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push(`${request.method} ${new URL(request.url).pathname}`)
    request.headers.set('origin', origin)
    request.headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await app.request(request)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    sent,
    fetch,
    refreshes: () => sent.filter((line) => line.endsWith('/auth/refresh')).length,
  }
}

export function createLocks(): Locks {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    request(_, work) {
      const result = tail.then(work)
      tail = result.catch(() => undefined)
      return result
    },
  }
}

export function createNotes(): SharedNotes {
  const notes = new Map<string, string>()
  return { getItem: (key) => notes.get(key) ?? null, setItem: (key, value) => void notes.set(key, value) }
}

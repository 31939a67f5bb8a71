import { origin, type TestApp } from '../app.ts'

interface Kept {
  readonly value: string
  readonly path: string
}

/** A browser that runs no script: it follows redirects, keeps cookies by their path, and sends forms. */
export function createPlainBrowser({ app }: Pick<TestApp, 'app'>, headers: Record<string, string> = {}) {
  const cookies = new Map<string, Kept>()
  let address = new URL(origin)
  let page = ''

  async function open(url: URL, init: RequestInit = {}): Promise<Response> {
    address = url
    const shown = [...cookies].filter(([, { path }]) => url.pathname.startsWith(path))
    const cookie = shown.map(([name, { value }]) => `${name}=${value}`).join('; ')
    const response = await app.request(url.href, {
      ...init,
      headers: { ...headers, ...(cookie ? { cookie } : {}), ...init.headers },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const [, path = '/'] = /path=([^;]*)/i.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, { value, path })
    }
    const location = response.headers.get('location')
    if (location !== null) return open(new URL(location, url), init.method === 'HEAD' ? init : {})
    page = await response.clone().text()
    return response
  }

  return {
    cookies,
    address: () => address.href,
    page: () => page,
    title: () => /<title>([^<]*)/.exec(page)?.[1] ?? '',
    language: () => /<html lang="([^"]*)"/.exec(page)?.[1] ?? '',
    hrefs: () =>
      [...page.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&')),
    visit: (url: string, method = 'GET') => open(new URL(url, address), { method }),
    /** Sends the first form of the page, or that with this id, with what is typed into it. Throws where there is none, or no such input. */
    async send(typed: Record<string, string> = {}, more: Record<string, string> = {}, id?: string) {
      const forms = [...page.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)]
      const [, attributes = '', inside] =
        forms.find(([, found = '']) => id === undefined || found.includes(`id="${id}"`)) ?? []
      if (inside === undefined) throw new Error(`there is no form on ${address.pathname}: ${page}`)
      const fields = new URLSearchParams()
      for (const [tag] of inside.matchAll(/<input[^>]*>/g)) {
        const [, name = ''] = /name="([^"]*)"/.exec(tag) ?? []
        const [, value = ''] = /value="([^"]*)"/.exec(tag) ?? []
        fields.set(name, value)
      }
      for (const [name, value] of Object.entries(typed)) {
        if (!fields.has(name)) throw new Error(`there is no input ${name}`)
        fields.set(name, value)
      }
      if (!/method="post"/.test(attributes))
        throw new Error('the form would put what is typed into the address')
      return open(address, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...more },
        body: fields.toString(),
      })
    },
  }
}

export type PlainBrowser = ReturnType<typeof createPlainBrowser>

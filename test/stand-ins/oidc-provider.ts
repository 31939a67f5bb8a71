import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Provider } from 'oidc-provider'

export type ProviderPerson = {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
}

const clientId = 'tools-inc'
const clientSecret = 'a secret of the test'
const redirectUri = 'http://localhost:3000/signed-in'

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' }
}

/** A real OpenID provider on a port of its own, whose people sign in without being asked. */
export async function startOidcProvider() {
  const people = new Map<string, ProviderPerson>()
  let keys = [await newKey('first')]
  let handle: ReturnType<Provider['callback']> = async () => {}
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const build = () =>
    new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
      jwks: { keys },
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      cookies: { keys: ['k'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: true } },
      findAccount: (_, sub) => ({ accountId: sub, claims: async () => people.get(sub) ?? { sub } }),
    })
  const quietly = <T>(make: () => T): T => {
    const [warn, info] = [console.warn, console.info]
    console.warn = console.info = () => {}
    try {
      return make()
    } finally {
      console.warn = warn
      console.info = info
    }
  }
  handle = quietly(build).callback()

  /** What a browser does at the provider: signs in, agrees, and comes back with a code. */
  async function authorize(person: ProviderPerson, { nonce }: { nonce?: string } = {}) {
    people.set(person.sub, person)
    const codeVerifier = randomBytes(32).toString('base64url')
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
    const cookies = new Map<string, string>()
    const visit = async (url: string, form?: Record<string, string>) => {
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      })
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
      await answer.arrayBuffer()
      return new URL(answer.headers.get('location') ?? url, url).href
    }
    const request = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      nonce: nonce ?? codeChallenge,
    })
    let at = await visit(`${issuer}/auth?${request}`)
    for (let step = 0; step < 8 && !at.startsWith(redirectUri); step++) {
      if (!at.includes('/interaction/')) at = await visit(at)
      else {
        const page = await (
          await fetch(at, {
            headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          })
        ).text()
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? ''
        at = await visit(at, { prompt, login: person.sub, password: 'x' })
      }
    }
    const code = new URL(at).searchParams.get('code')
    if (!code) throw new Error(`the provider answered ${at}`)
    const iss = new URL(at).searchParams.get('iss') ?? undefined
    return { provider: 'google' as const, code, codeVerifier, redirectUri, iss }
  }

  return {
    client: { issuer, clientId, clientSecret },
    redirectUri,
    authorize,
    /** From now on everything is signed with a key nobody has seen. */
    async rotateKeys() {
      keys = [await newKey('second')]
      handle = quietly(build).callback()
    },
    signingKey: (): JWK => keys[0] as JWK,
    close: () => server.close(),
  }
}

export type OidcProviderStandIn = Awaited<ReturnType<typeof startOidcProvider>>

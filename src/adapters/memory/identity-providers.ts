import { encodeBase64url } from '../../ports/base64url.ts'
import type {
  AuthorizationAnswer,
  IdentityProviders,
  ProvidedIdentity,
  ProviderName,
} from '../../ports/identity-providers.ts'

const issuers: Readonly<Record<ProviderName, string>> = {
  google: 'https://google.example',
  microsoft: 'https://microsoft.example',
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return encodeBase64url(new Uint8Array(digest))
}

/** Providers whose people sign in by being named. A code works once, with its verifier, address and nonce. */
export function createMemoryIdentityProviders(): IdentityProviders & {
  /** What a page brings back for this person, as `POST /auth/social` takes it. */
  authorize(
    provider: ProviderName,
    person: Partial<ProvidedIdentity> & { readonly subject: string },
  ): Promise<Omit<AuthorizationAnswer, 'nonce'> & { readonly provider: ProviderName }>
} {
  const codes = new Map<
    string,
    { readonly provider: ProviderName; readonly nonce: string; readonly identity: ProvidedIdentity }
  >()
  let count = 0
  return {
    names: ['google', 'microsoft'],
    addressOf: async (provider) => ({
      provider,
      authorizationEndpoint: `${issuers[provider]}/authorize`,
      clientId: 'tools-inc',
      scope: 'openid email profile',
    }),
    async authorize(provider, person) {
      const code = `code-${++count}`
      const codeVerifier = `verifier-${count}-`.padEnd(43, 'x')
      const identity = {
        issuer: issuers[provider],
        email: null,
        isEmailVouchedFor: false,
        name: null,
        authenticatedAtMs: null,
        ...person,
      }
      codes.set(code, { provider, nonce: await challengeOf(codeVerifier), identity })
      return { provider, code, codeVerifier, redirectUri: 'http://localhost:3000/signed-in' }
    },
    async redeem(provider, { code, codeVerifier, nonce }) {
      const issued = codes.get(code)
      if (issued?.provider !== provider || issued.nonce !== nonce) return null
      codes.delete(code)
      return issued.nonce === (await challengeOf(codeVerifier)) ? issued.identity : null
    },
  }
}

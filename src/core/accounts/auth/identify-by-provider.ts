import { encodeBase64url } from '../../../ports/base64url.ts'
import type { ProvidedIdentity } from '../../../ports/identity-providers.ts'
import type { Needs } from '../../../ports/ports.ts'
import { validationError } from '../../kernel/errors.ts'
import type { AuthSettings } from './auth.model.ts'
import { type ProviderAnswer, providerRefused } from './identities.model.ts'

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return encodeBase64url(new Uint8Array(digest))
}

/** Whom a provider says somebody is, who has just come back from it. Throws `invalid_credentials` where it says nothing. */
export const createIdentifyByProvider =
  ({ identityProviders }: Needs<'identityProviders'>, settings: AuthSettings) =>
  async ({
    provider,
    code,
    codeVerifier,
    redirectUri,
    nonce,
    iss,
  }: ProviderAnswer): Promise<ProvidedIdentity> => {
    if (!identityProviders.names.includes(provider))
      throw validationError([
        { path: 'provider', code: 'invalid_value', message: 'This provider is not set up here.' },
      ])
    if (!settings.redirectOrigins.has(new URL(redirectUri).origin))
      throw validationError([
        { path: 'redirectUri', code: 'invalid_value', message: 'Must be a page of ours.' },
      ])
    const identity = await identityProviders.redeem(provider, {
      code,
      codeVerifier,
      redirectUri,
      nonce: nonce ?? (await challengeOf(codeVerifier)),
      ...(iss === undefined ? {} : { issuer: iss }),
    })
    if (!identity) throw providerRefused()
    return identity
  }

export type IdentifyByProvider = ReturnType<typeof createIdentifyByProvider>

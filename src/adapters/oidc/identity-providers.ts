import { createRemoteJWKSet, errors, customFetch as joseFetch, jwtVerify } from 'jose'
import type { Configuration } from 'openid-client'
import type { IdentityProviders, ProviderName } from '../../ports/identity-providers.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

export interface ProviderClient {
  /** Where `/.well-known/openid-configuration` is found. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

const scope = 'openid email profile'
const timeoutSeconds = 10
/** As `openid-client` has it: a token that is not valid before now is of now, by a clock that is a little behind. */
const clockToleranceSeconds = 30
/** A provider that has just changed its keys is asked again at once, but not for every token. */
const keysCooldownMs = 1_000

/** What is wrong with a token, as opposed to with reaching the provider. */
const refusals = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
])

interface Connected {
  readonly client: Configuration
  readonly keys: ReturnType<typeof createRemoteJWKSet>
}

/** What `jose` says when it did not get the keys: nothing about the token. */
const keysNotThere: ReadonlySet<string> = new Set([
  errors.JOSEError.code,
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
])

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/**
 * OpenID Connect by discovery. `openid-client` exchanges the code and checks issuer, audience, time and nonce; the
 * signature is checked beside it, since keys may have been rotated a moment ago.
 */
export function createOidcIdentityProviders({
  providers,
  fetch: send = globalThis.fetch,
  isIssuerRequired = false,
  isInsecureAllowed = false,
}: {
  readonly providers: Partial<Record<ProviderName, ProviderClient>>
  readonly fetch?: typeof globalThis.fetch
  /** Refuses an answer without issuer of a provider that announces one: pages pass it on. */
  readonly isIssuerRequired?: boolean
  /** Only for a provider on this machine. */
  readonly isInsecureAllowed?: boolean
}): IdentityProviders {
  const load = () => import('openid-client')
  const connections = new Map<ProviderName, Promise<Connected>>()

  async function connect({ issuer, clientId, clientSecret }: ProviderClient): Promise<Connected> {
    const { allowInsecureRequests, customFetch, discovery } = await load()
    const client = await discovery(new URL(issuer), clientId, clientSecret, undefined, {
      [customFetch]: send,
      timeout: timeoutSeconds,
      execute: isInsecureAllowed ? [allowInsecureRequests] : [],
    })
    const address = client.serverMetadata().jwks_uri
    if (address === undefined) throw new Error('the provider publishes no keys')
    const keys = createRemoteJWKSet(new URL(address), {
      cooldownDuration: keysCooldownMs,
      timeoutDuration: timeoutSeconds * 1000,
      [joseFetch]: send,
    })
    return { client, keys }
  }

  /** Discovered once; again after a failure. */
  function connected(provider: ProviderName): Promise<Connected> {
    const settings = providers[provider]
    if (!settings) return Promise.reject(new PortUnavailable('identity provider'))
    const known = connections.get(provider)
    if (known) return known
    const connecting = connect(settings).catch((cause: unknown) => {
      connections.delete(provider)
      throw new PortUnavailable('identity provider', { cause })
    })
    connections.set(provider, connecting)
    return connecting
  }

  return {
    names: Object.keys(providers) as ProviderName[],
    async addressOf(provider) {
      const { client } = await connected(provider)
      return {
        provider,
        authorizationEndpoint: client.serverMetadata().authorization_endpoint ?? '',
        clientId: client.clientMetadata().client_id,
        scope,
      }
    },
    async redeem(provider, { code, codeVerifier, redirectUri, nonce, issuer }) {
      const { client, keys } = await connected(provider)
      const { authorizationCodeGrant, ClientError, ResponseBodyError } = await load()
      const url = new URL(redirectUri)
      url.searchParams.set('code', code)
      const { issuer: own, authorization_response_iss_parameter_supported: isAnnounced } =
        client.serverMetadata()
      // A page that passes on no more than the code tells providers apart by the address each sends people back to.
      const said = issuer ?? (isAnnounced && !isIssuerRequired ? own : undefined)
      if (said !== undefined) url.searchParams.set('iss', said)
      let idToken: string
      let claims: Readonly<Record<string, unknown>>
      try {
        const tokens = await authorizationCodeGrant(client, url, {
          pkceCodeVerifier: codeVerifier,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        idToken = tokens.id_token ?? ''
        claims = { ...tokens.claims() }
      } catch (error) {
        const isRefused =
          (error instanceof ResponseBodyError && error.status < 500) ||
          (error instanceof ClientError && refusals.has(error.code ?? ''))
        if (isRefused) return null
        throw new PortUnavailable('identity provider', { cause: error })
      }
      try {
        await jwtVerify(idToken, keys, {
          audience: client.clientMetadata().client_id,
          clockTolerance: clockToleranceSeconds,
        })
      } catch (error) {
        if (error instanceof errors.JOSEError && !keysNotThere.has(error.code)) return null
        throw new PortUnavailable('identity provider', { cause: error })
      }
      const subject = textOf(claims['sub'])
      if (subject === null) return null
      return {
        issuer: String(claims['iss']),
        subject,
        email: textOf(claims['email']),
        // Only a plain yes: Microsoft lets whoever runs a directory write any address into it, and vouches for few.
        isEmailVouchedFor: claims['email_verified'] === true || claims['xms_edov'] === true,
        name: textOf(claims['name']),
        authenticatedAtMs: typeof claims['auth_time'] === 'number' ? claims['auth_time'] * 1000 : null,
      }
    },
  }
}

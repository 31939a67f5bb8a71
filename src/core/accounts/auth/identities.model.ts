import { z } from 'zod'
import { providerNames } from '../../../ports/identity-providers.ts'
import { defineError } from '../../kernel/errors.ts'
import { passwordAsTyped, SharedDevice } from './passwords.model.ts'

export const ProviderName = z.enum(providerNames).meta({ id: 'ProviderName' })
/** What a page brings back from a provider. */
const providerAnswer = z.strictObject({
  provider: ProviderName,
  code: z.string().min(1).max(4000),
  codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'Must be a PKCE verifier (RFC 7636).'),
  redirectUri: z.url().max(2000),
  nonce: z
    .string()
    .min(16)
    .max(256)
    .optional()
    .meta({ description: 'As in the authorization request; left out, it is the code challenge.' }),
  iss: z.string().min(1).max(2000).optional().meta({
    description:
      'As the provider sent it back beside the code (RFC 9207): pass it on when it is there. It has to be the issuer of this provider.',
  }),
})
export const ProviderAnswer = providerAnswer.meta({ id: 'ProviderAnswer' })
export type ProviderAnswer = z.infer<typeof ProviderAnswer>

export const SocialLogIn = providerAnswer.extend({ sharedDevice: SharedDevice }).meta({ id: 'SocialLogIn' })
export type SocialLogIn = z.infer<typeof SocialLogIn>

/** A provider's account that is to be joined with one here, whose password is asked for. */
export const LinkWanted = z
  .object({
    linkToken: z.string(),
    methods: z.array(z.literal('password')).length(1),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'LinkWanted' })
export type LinkWanted = z.infer<typeof LinkWanted>

export const LinkAccount = z
  .strictObject({ linkToken: z.string().max(200), password: passwordAsTyped })
  .meta({ id: 'LinkAccount' })
export type LinkAccount = z.infer<typeof LinkAccount>

export const IdentityView = z
  .object({
    id: z.string(),
    provider: ProviderName,
    email: z.string().nullable(),
    linkedAt: z.iso.datetime(),
  })
  .meta({ id: 'Identity' })
export type IdentityView = z.infer<typeof IdentityView>

export const ProviderAddressView = z
  .object({
    provider: ProviderName,
    authorizationEndpoint: z.string(),
    clientId: z.string(),
    scope: z.string(),
  })
  .meta({ id: 'ProviderAddress' })
export const providerRefused = defineError(
  'unauthenticated',
  'invalid_credentials',
  'The provider did not confirm who you are. Start again.',
)
export const lastWayIn = defineError(
  'conflict',
  'conflict',
  'This is the only way to sign in to this account. Set a password or add a passkey first.',
)

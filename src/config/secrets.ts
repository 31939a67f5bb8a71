import { z } from 'zod'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { json, serviceUrl, wholeNumber } from './schemas.ts'
import { server } from './server.ts'

const SigningKeys = json('must be JSON: make it with `npm run keys:new`').pipe(
  z
    .array(
      z.object({
        id: z.string().min(1),
        activeFrom: z.iso.datetime(),
        value: z.string().includes('"crv":"P-256"', { message: 'must be a P-256 JWK' }).includes('"d":'),
      }),
    )
    .min(1),
)

const AuditKeys = json('must be JSON: make it with `npm run keys:new`').pipe(
  z
    .array(
      z.object({
        id: z.string().min(1),
        activeFrom: z.iso.datetime(),
        value: z.base64url().min(43, 'must be at least 32 bytes of base64url'),
      }),
    )
    .min(1),
)

const MasterKey = z
  .base64url()
  .min(43, 'must be at least 32 bytes of base64url: make it with `npm run keys:new`')

/** Before anything that is sealed or signed here. */
const longAgo = '2000-01-01T00:00:00.000Z'
const longerAgo = '1999-01-01T00:00:00.000Z'

export const secrets = area({
  title: 'Keys',
  settings: {
    SECRETS: {
      schema: z.enum(['generated', 'environment', 'key-vault']),
      says: 'Where signing keys and the master key come from. Unset: key-vault with KEY_VAULT_URL, environment with AUTH_SIGNING_KEYS, otherwise generated, which is refused in production.',
    },
    KEY_VAULT_URL: {
      schema: serviceUrl,
      example: 'https://tools-inc.vault.azure.net',
      says: 'A vault with the secrets signing-keys and master-key, whose versions rotate without a restart. Chooses SECRETS=key-vault.',
    },
    AUTH_SIGNING_KEYS: {
      schema: SigningKeys,
      isSecret: true,
      says: 'ES256 private keys as JSON, newest first. Needed in production without a key vault; make them with `npm run keys:new`.',
    },
    AUTH_MASTER_KEY: {
      schema: MasterKey,
      isSecret: true,
      says: '32 random bytes as base64url: seals session secrets and names people in counters. Needed in production without a key vault.',
    },
    AUTH_MASTER_KEY_PREVIOUS: {
      schema: MasterKey,
      isSecret: true,
      says: 'The master key before, for as long as sessions sealed with it live.',
    },
    AUDIT_KEYS: {
      schema: AuditKeys,
      isSecret: true,
      says: 'Keys of the audit log as JSON, newest first; make them with `npm run keys:new`, keep all of them for as long as the log. Unset: the key is derived from the master key. In a key vault: the secret audit-keys.',
    },
    KEY_ROTATION_DAYS: {
      schema: wholeNumber(1, 365),
      fallback: '90',
      says: 'Age at which a generated signing key gets its successor.',
    },
  },
  owns: ['KEY_ROTATION_'],
  shares: ['AUTH_', 'KEY_VAULT_', 'JWT_'],
  olderNames: {
    AZURE_KEYVAULT_URL: { is: 'KEY_VAULT_URL' },
    AZURE_KEY_VAULT_URL: { is: 'KEY_VAULT_URL' },
    KEYVAULT_URL: { is: 'KEY_VAULT_URL' },
    JWT_SECRET: {
      instead:
        'Tokens are signed with ES256, not with a shared secret. Take it away and set AUTH_SIGNING_KEYS and AUTH_MASTER_KEY, which `npm run keys:new` makes, or KEY_VAULT_URL.',
    },
    SUPABASE_JWT_SECRET: {
      instead: 'Tokens of Supabase are not accepted: people sign in with this API. Take it away.',
    },
    ENCRYPTION_KEY: { warns: 'What is sealed here is sealed with AUTH_MASTER_KEY.' },
  },
  read(values, context) {
    const { problem, read } = context
    const { isProduction } = read(server)
    const kind = chooseKind(
      context,
      'SECRETS',
      values.SECRETS,
      { 'key-vault': ['KEY_VAULT_URL'], environment: ['AUTH_SIGNING_KEYS', 'AUTH_MASTER_KEY'] },
      isProduction ? 'environment' : 'generated',
    )
    if (isProduction && kind === 'generated')
      problem('SECRETS', 'generated ones are for one machine and refused in production')
    if (values.AUTH_MASTER_KEY_PREVIOUS && !values.AUTH_MASTER_KEY)
      problem('AUTH_MASTER_KEY_PREVIOUS', 'is set without AUTH_MASTER_KEY')
    const version = (id: string, value: string | undefined, activeFrom: string) =>
      value === undefined ? [] : [{ id, value, activeFrom }]
    return {
      config: {
        secrets: {
          generated: { kind: 'generated' as const, rotateAfterDays: values.KEY_ROTATION_DAYS },
          environment: { kind: 'environment' as const },
          'key-vault': { kind: 'key-vault' as const, vaultUrl: values.KEY_VAULT_URL ?? '' },
        }[kind],
      },
      secrets: {
        'signing-keys': values.AUTH_SIGNING_KEYS ?? [],
        'audit-keys': values.AUDIT_KEYS ?? [],
        'master-key': [
          ...version('current', values.AUTH_MASTER_KEY, longAgo),
          ...version('previous', values.AUTH_MASTER_KEY_PREVIOUS, longerAgo),
        ],
      },
    }
  },
})

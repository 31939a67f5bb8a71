import { z } from 'zod'
import { area } from './area.ts'
import { anyText } from './schemas.ts'

export const identityProviders = area({
  title: 'Signing in by Google or Microsoft',
  settings: {
    GOOGLE_CLIENT_ID: {
      schema: anyText,
      example: '1234.apps.googleusercontent.com',
      says: 'Signing in by Google: the client id. Needs GOOGLE_CLIENT_SECRET.',
    },
    GOOGLE_CLIENT_SECRET: { schema: anyText, isSecret: true, says: 'Signing in by Google.' },
    MICROSOFT_CLIENT_ID: {
      schema: anyText,
      says: 'Signing in by Microsoft: the application (client) id. Needs MICROSOFT_CLIENT_SECRET.',
    },
    MICROSOFT_CLIENT_SECRET: { schema: anyText, isSecret: true, says: 'Signing in by Microsoft.' },
    MICROSOFT_TENANT: {
      schema: z
        .string()
        .regex(/^[\w.-]+$/, 'must be a tenant id, a domain, common, organizations or consumers'),
      fallback: 'common',
      says: 'Whose Microsoft accounts may sign in.',
    },
    SOCIAL_ISSUER: {
      schema: z.enum(['when-sent', 'required']),
      fallback: 'when-sent',
      says: 'required: the front end passes on the `iss` of every provider that sends one (RFC 9207), and a sign-in without it is refused. when-sent: it is checked when it comes.',
    },
  },
  olderNames: { MICROSOFT_TENANT_ID: { is: 'MICROSOFT_TENANT' } },
  read(values, { problem }) {
    const provider = (issuer: string, clientId: string | undefined, clientSecret: string | undefined) =>
      clientId && clientSecret ? { issuer, clientId, clientSecret } : undefined
    const google = provider(
      'https://accounts.google.com',
      values.GOOGLE_CLIENT_ID,
      values.GOOGLE_CLIENT_SECRET,
    )
    const microsoft = provider(
      `https://login.microsoftonline.com/${values.MICROSOFT_TENANT}/v2.0`,
      values.MICROSOFT_CLIENT_ID,
      values.MICROSOFT_CLIENT_SECRET,
    )
    for (const name of ['GOOGLE', 'MICROSOFT'] as const)
      if (Boolean(values[`${name}_CLIENT_ID`]) !== Boolean(values[`${name}_CLIENT_SECRET`]))
        problem([`${name}_CLIENT_ID`, `${name}_CLIENT_SECRET`], 'set both or neither')
    const isIssuerRequired = values.SOCIAL_ISSUER === 'required'
    return {
      config: { identityProviders: { isIssuerRequired } },
      secrets: { identityProviders: { ...(google && { google }), ...(microsoft && { microsoft }) } },
    }
  },
})

import { z } from 'zod'
import { area } from './area.ts'
import { mail } from './mail.ts'
import { mailedLinks } from './mailed-links.ts'
import { onOrOff, serviceUrl, wholeNumber } from './schemas.ts'
import { server } from './server.ts'
import { sessions } from './sessions.ts'
import { web } from './web.ts'

export const accounts = area({
  title: 'Accounts',
  settings: {
    SIGNUP_DISCLOSURE: {
      schema: z.enum(['open', 'hidden']),
      fallback: 'open',
      says: 'hidden: nothing tells whether an address has an account. A password then signs in once the address is confirmed.',
    },
    REQUIRE_VERIFIED_EMAIL: {
      schema: onOrOff,
      says: 'on: who has not confirmed their address can use their profile and the catalogue, and reach nobody. Unset: on when mail is really sent.',
    },
    PASSWORD_MIN_LENGTH: { schema: wholeNumber(8, 64), fallback: '12', says: 'In characters.' },
    BREACHED_PASSWORDS_URL: {
      schema: serviceUrl,
      example: 'https://api.pwnedpasswords.com/range',
      says: 'Passwords found in stolen lists are refused: asked for by the first five characters of a SHA-1 hash, as Have I Been Pwned or a mirror of it answers. Unset: not asked.',
    },
    MFA_STAFF: {
      schema: z.enum(['required', 'optional']),
      says: 'required: admins and mentors can do no more than anybody until they have proved a second factor. Unset: required in production.',
    },
    STEP_UP_SECONDS: {
      schema: wholeNumber(60, 3600),
      fallback: '600',
      says: 'For how long having proved who one is again counts, before what cannot be taken back.',
    },
    PASSKEY_DOMAIN: {
      schema: z.string().regex(/^[a-z0-9.-]+$/, 'must be a domain such as sdtoolsinc.org'),
      example: 'sdtoolsinc.org',
      says: 'The domain passkeys belong to, shared by every page that uses them. Unset: the host of PUBLIC_URL. Changing it makes all passkeys useless.',
    },
  },
  owns: ['SIGNUP_', 'BREACHED_', 'STEP_UP_', 'PASSKEY_'],
  shares: ['MFA_', 'PASSWORD_'],
  read(values, { read }) {
    const { isProduction } = read(server)
    const { publicOrigin, portalOrigin, origins, redirectOrigins } = read(web)
    return {
      config: {
        breachedPasswords: { url: values.BREACHED_PASSWORDS_URL },
        passkeys: {
          relyingParty: values.PASSKEY_DOMAIN ?? new URL(publicOrigin).hostname,
          name: 'T.O.O.L.S Inc',
          origins,
        },
      },
      app: {
        auth: {
          ...read(sessions).auth,
          signupDisclosure: values.SIGNUP_DISCLOSURE,
          passwordMinLength: values.PASSWORD_MIN_LENGTH,
          isSecondFactorForced: (values.MFA_STAFF ?? (isProduction ? 'required' : 'optional')) === 'required',
          stepUpSeconds: values.STEP_UP_SECONDS,
          redirectOrigins: new Set(redirectOrigins),
          isVerifiedEmailRequired: values.REQUIRE_VERIFIED_EMAIL
            ? values.REQUIRE_VERIFIED_EMAIL === 'on'
            : read(mail).isSending,
          publicOrigin,
          portalOrigin,
          pages: read(mailedLinks).pages,
        },
      },
    }
  },
})

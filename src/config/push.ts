import { z } from 'zod'
import { isEmailAddress } from '../ports/email-address.ts'
import { pushHostPattern, pushHosts } from '../ports/push-endpoint.ts'
import { area } from './area.ts'
import { csv, isLocalhost, isUrlOf, json } from './schemas.ts'
import { secrets } from './secrets.ts'
import { server } from './server.ts'
import { web } from './web.ts'

/** Push services refuse a subject at this machine (Apple) and look at it when something is wrong. */
const isSubject = (text: string): boolean =>
  text.startsWith('mailto:')
    ? isEmailAddress(text.slice('mailto:'.length).toLowerCase()) && !/@localhost$|\.localhost$/i.test(text)
    : isUrlOf(['https:'])(text) && !isLocalhost(text)

const fallbackSubject = 'https://sdtoolsinc.org'

const PushKeys = json('must be JSON: make it with `npm run keys:new`').pipe(
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

export const push = area({
  title: 'Push',
  owns: ['PUSH_'],
  settings: {
    PUSH: {
      schema: z.enum(['off', 'memory', 'web-push']),
      says: 'How devices are told that something is there. Unset: web-push where its keys can be (PUSH_KEYS, a key vault, or generated ones), otherwise off. memory keeps it and tells nobody; refused in production.',
    },
    PUSH_SUBJECT: {
      schema: z
        .string()
        .refine(isSubject, 'must be mailto: and an address, or an https URL, not of this machine'),
      example: 'mailto:operations@sdtoolsinc.org',
      says: 'Where those who run push services find whoever runs this. Unset: PUBLIC_URL, or the site of the organization where that is on this machine.',
    },
    PUSH_HOSTS: {
      schema: csv.pipe(z.array(z.string().regex(pushHostPattern)).min(1)),
      fallback: pushHosts.join(','),
      says: 'The only hosts that are called to tell browsers, separated by commas: names, or *. and what they end with. A port is named or is 443.',
    },
    PUSH_KEYS: {
      schema: PushKeys,
      isSecret: true,
      says: 'Private ES256 keys as JSON, newest first, by which push services know us; make them with `npm run keys:new`. In a key vault: the secret push-keys.',
    },
  },
  read(values, { isSet, problem, read, says }) {
    const { isProduction } = read(server)
    const { publicOrigin } = read(web)
    const ofEnvironment = read(secrets).config.secrets.kind === 'environment'
    const hasKeys = isSet('PUSH_KEYS') || !ofEnvironment
    const kind = values.PUSH ?? (hasKeys ? 'web-push' : 'off')
    if (kind === 'web-push' && !hasKeys)
      problem('PUSH_KEYS', `is needed for PUSH=web-push. ${says('PUSH_KEYS')}`)
    if (isSet('PUSH_KEYS') && !ofEnvironment)
      problem('PUSH_KEYS', 'is for SECRETS=environment: elsewhere the keys of push are kept with the others')
    if (isProduction && kind === 'memory') problem('PUSH', 'memory tells nobody and is refused in production')
    const subject = values.PUSH_SUBJECT ?? (isSubject(publicOrigin) ? publicOrigin : fallbackSubject)
    return {
      config: {
        push: {
          off: { kind: 'off' as const },
          memory: { kind: 'memory' as const },
          'web-push': { kind: 'web-push' as const, subject, allowedHosts: values.PUSH_HOSTS },
        }[kind],
      },
      secrets: { 'push-keys': values.PUSH_KEYS ?? [] },
    }
  },
})

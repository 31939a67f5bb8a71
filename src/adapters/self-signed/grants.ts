import { type BlobName, checkBlobName, isBlobName } from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Secrets } from '../../ports/secrets.ts'
import { createSignature } from './signature.ts'

/** Under `/api`, since that is all a static front end forwards. */
const root = '/api/blobs/'

/**
 * As in a SAS of Azure: `c` creates, `w` stages blocks, `r` reads. A URL with `rcw` says what it has and hands out
 * nothing.
 */
const permissions = ['c', 'cw', 'rcw', 'r'] as const
export type Permission = (typeof permissions)[number]

export interface Grant {
  readonly name: BlobName
  readonly permission: Permission
  readonly expiresAt: string
  readonly maxBytes: string
  readonly contentType: string
  readonly contentDisposition: string
  readonly cacheControl: string
  readonly renewal?: string
}

/** The query of a URL, in the words of a SAS where there is one. */
const parameters = {
  sp: 'permission',
  se: 'expiresAt',
  mx: 'maxBytes',
  rsct: 'contentType',
  rscd: 'contentDisposition',
  rscc: 'cacheControl',
  rn: 'renewal',
} as const

const textOf = ({ name, permission, expiresAt, maxBytes, contentType, contentDisposition, ...rest }: Grant) =>
  JSON.stringify([
    ...[name.container, name.path, permission, expiresAt, maxBytes, contentType, contentDisposition],
    // Left out where it says nothing, as in URLs from before there was one.
    ...(rest.cacheControl === '' && !rest.renewal ? [] : [rest.cacheControl]),
    ...(rest.renewal ? [rest.renewal] : []),
  ])

/** What signed URLs permit. */
export function createGrants({
  secrets,
  clock,
  publicOrigin,
}: {
  readonly secrets: Secrets
  readonly clock: Clock
  readonly publicOrigin: string
}) {
  const signature = createSignature({ secrets, clock })
  /** What we signed, also when it has run out. */
  const signed = async (url: URL): Promise<Grant | null> => {
    if (!url.pathname.startsWith(root)) return null
    const [container = '', ...segments] = url.pathname.slice(root.length).split('/')
    const name = { container, path: segments.join('/') }
    if (!isBlobName(name)) return null
    const read = (parameter: keyof typeof parameters) => url.searchParams.get(parameter) ?? ''
    const permission = permissions.find((known) => known === read('sp'))
    if (!permission) return null
    const grant: Grant = {
      name,
      permission,
      expiresAt: read('se'),
      maxBytes: read('mx'),
      contentType: read('rsct'),
      contentDisposition: read('rscd'),
      cacheControl: read('rscc'),
      renewal: read('rn'),
    }
    return (await signature.isValid(textOf(grant), url.searchParams.get('sig') ?? '')) ? grant : null
  }
  const isAlive = ({ expiresAt }: Grant) => Date.parse(expiresAt) > clock.now()
  return {
    async sign(grant: Grant): Promise<string> {
      checkBlobName(grant.name)
      const url = new URL(`${root}${grant.name.container}/${grant.name.path}`, publicOrigin)
      for (const [parameter, field] of Object.entries(parameters))
        if (grant[field]) url.searchParams.set(parameter, grant[field])
      url.searchParams.set('sig', await signature.sign(textOf(grant)))
      return url.href
    },
    /** What the URL permits, or null when it permits nothing (any more). */
    async of(url: URL): Promise<Grant | null> {
      const grant = await signed(url)
      return grant && isAlive(grant) ? grant : null
    },
    /** Where a URL that we signed and that has run out leads on; null when it leads nowhere. */
    async renewalOf(url: URL): Promise<string | null> {
      const grant = await signed(url)
      return (grant && !isAlive(grant) && grant.renewal) || null
    },
  }
}

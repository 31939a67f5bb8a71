import type { BlobBytes } from '../../ports/blob-bytes.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { created, refusal } from './answers.ts'
import { faultOfBlockId, readBlockList } from './block-lists.ts'
import type { Grant } from './grants.ts'
import { atMost, isContentOf, passedOn, TooLarge } from './streams.ts'

const maxBlocks = 50_000
/** Of that many blocks with the longest of ids. */
const maxListBytes = 8 * 1024 * 1024

const tiers = /^(?:Hot|Cool|Cold|Premium)$/i

/** What would have to be honored and cannot be: better refused than dropped without a word. */
function faultOfHeaders(headers: Headers): Response | null {
  const isUnsupported = [...headers.keys()].some((name) =>
    /^x-ms-(?:copy-source|source-|encryption-|structured-|immutability-|legal-hold|seal)/.test(name),
  )
  if (isUnsupported) return refusal(400, 'UnsupportedHeader')
  if (headers.has('x-ms-tags')) return refusal(403, 'AuthorizationPermissionMismatch')
  if (headers.has('x-ms-lease-id')) return refusal(412, 'LeaseNotPresentWithBlobOperation')
  const tier = headers.get('x-ms-access-tier')
  return tier === null || tiers.test(tier) ? null : refusal(400, 'InvalidHeaderValue')
}

const bodyOf = (request: Request) => {
  async function* nothing() {}
  return (request.body ?? nothing()) as AsyncIterable<Uint8Array<ArrayBuffer>>
}

type Refusal = readonly [status: number, code: string]
const refusals = {
  exists: [409, 'BlobAlreadyExists'],
  too_large: [413, 'RequestBodyTooLarge'],
  unequal: [400, 'InvalidBlobOrBlock'],
  too_many: [409, 'BlockCountExceedsLimit'],
  missing: [400, 'InvalidBlockList'],
} satisfies Record<string, Refusal>
const refusedAs = (reason: keyof typeof refusals): Response => {
  const [status, code]: Refusal = refusals[reason]
  return refusal(status, code)
}

/** Put Blob, Put Block and Put Block List. What is there is never changed. */
export function createReceive(bytes: BlobBytes) {
  /** What breaks off on the way here is the sender's, the rest is the store's. */
  const receive = async (
    source: AsyncIterable<Uint8Array<ArrayBuffer>>,
    work: (source: AsyncIterable<Uint8Array<ArrayBuffer>>) => Promise<Response>,
  ): Promise<Response> => {
    const watched = passedOn(source)
    try {
      return await work(watched.source)
    } catch (cause) {
      if (cause instanceof TooLarge) return refusal(413, 'RequestBodyTooLarge')
      if (watched.failure()) return refusal(400, 'IncompleteBody')
      throw new PortUnavailable('blobs', { cause })
    }
  }
  const announcedLength = (request: Request): number | null => {
    const announced = request.headers.get('content-length')
    return announced === null ? null : Number(announced)
  }

  const putBlob = async (request: Request, { name, maxBytes }: Grant): Promise<Response> => {
    const type = request.headers.get('x-ms-blob-type')
    if (type !== 'BlockBlob')
      return refusal(400, type === null ? 'MissingRequiredHeader' : 'InvalidHeaderValue')
    const most = Number(maxBytes)
    const length = announcedLength(request)
    if (length !== null && length > most) return refusal(413, 'RequestBodyTooLarge')
    return receive(atMost(most, bodyOf(request)), async (source) => {
      const isNewOnly = request.headers.get('if-none-match') === '*'
      const facts = await bytes.head(name)
      if (!facts && request.headers.has('if-match')) return refusal(412, 'ConditionNotMet')
      // Its answer may have been lost: the same again changes nothing.
      if (facts && !isNewOnly && (length ?? facts.size) === facts.size) {
        const stored = await bytes.open(name, { offset: 0, length: facts.size })
        return stored && (await isContentOf(stored, source))
          ? created(facts)
          : refusal(409, 'BlobAlreadyExists')
      }
      if (facts || (await bytes.create(name, source)) === 'exists') return refusal(409, 'BlobAlreadyExists')
      return created(await bytes.head(name))
    })
  }

  const putBlock = async (request: Request, url: URL, { name, maxBytes }: Grant): Promise<Response> => {
    const id = url.searchParams.get('blockid')
    if (id === null) return refusal(400, 'MissingRequiredQueryParameter')
    const fault = faultOfBlockId(id)
    if (fault !== null) return refusal(400, fault)
    const most = Number(maxBytes)
    const length = announcedLength(request)
    if (length === 0) return refusal(400, 'InvalidHeaderValue')
    if (length !== null && length > most) return refusal(413, 'RequestBodyTooLarge')
    return receive(atMost(most, bodyOf(request)), async (source) => {
      const outcome = await bytes.stage(name, id, source, most)
      return outcome === 'staged' ? created(null) : refusedAs(outcome)
    })
  }

  const putBlockList = async (request: Request, { name, maxBytes }: Grant): Promise<Response> =>
    receive(atMost(maxListBytes, bodyOf(request)), async (source) => {
      const chunks: Uint8Array<ArrayBuffer>[] = []
      for await (const chunk of source) chunks.push(chunk)
      const listed = readBlockList(await new Blob(chunks).text())
      if (!listed || listed.some(({ id }) => faultOfBlockId(id))) return refusal(400, 'InvalidXmlDocument')
      if (listed.length > maxBlocks) return refusal(400, 'BlockListTooLong')
      const facts = await bytes.head(name)
      const isNewOnly = request.headers.get('if-none-match') === '*'
      if (facts && isNewOnly) return refusal(409, 'BlobAlreadyExists')
      if (!facts && request.headers.has('if-match')) return refusal(412, 'ConditionNotMet')
      if (!facts && listed.some(({ from }) => from === 'Committed')) return refusal(400, 'InvalidBlockList')
      const ids = listed.map(({ id }) => id)
      const outcome = await bytes.commit(name, ids, Number(maxBytes))
      if (outcome === 'repeated' && isNewOnly) return refusal(409, 'BlobAlreadyExists')
      if (outcome === 'created' || outcome === 'repeated') return created(await bytes.head(name))
      return refusedAs(outcome)
    })

  return async (request: Request, url: URL, grant: Grant): Promise<Response> => {
    const operation = url.searchParams.get('comp')
    const isPermitted = grant.permission.includes(operation === null ? 'c' : 'w')
    if (!isPermitted) return refusal(403, 'AuthorizationPermissionMismatch')
    const fault = faultOfHeaders(request.headers)
    if (fault) return fault
    if (operation === null) return putBlob(request, grant)
    if (operation === 'block') return putBlock(request, url, grant)
    if (operation === 'blocklist') return putBlockList(request, grant)
    return refusal(400, 'InvalidQueryParameterValue')
  }
}

import type { BlobBytes } from '../../ports/blob-bytes.ts'
import { etagOf, harmless, harmlessAs, refusal } from './answers.ts'
import { writeBlockList } from './block-lists.ts'
import { judgeConditions, rangeOf } from './conditions.ts'
import type { Grant } from './grants.ts'
import { readRange } from './range.ts'

/** Get Blob, Get Blob Properties and Get Block List. */
export function createSend(bytes: BlobBytes) {
  const sendBlob = async (request: Request, grant: Grant): Promise<Response> => {
    const facts = await bytes.head(grant.name)
    if (!facts) return refusal(404, 'BlobNotFound')
    const headers: Record<string, string> = {
      ...harmlessAs(grant.contentType),
      'Accept-Ranges': 'bytes',
      'Cache-Control': grant.cacheControl === '' ? 'private, max-age=300' : grant.cacheControl,
      'Content-Type': grant.contentType === '' ? 'application/octet-stream' : grant.contentType,
      ...(grant.contentDisposition !== '' && { 'Content-Disposition': grant.contentDisposition }),
      ETag: etagOf(facts),
      'Last-Modified': new Date(facts.createdAt).toUTCString(),
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-creation-time': new Date(facts.createdAt).toUTCString(),
      'x-ms-server-encrypted': 'true',
    }
    const judgement = judgeConditions(request.headers, facts)
    if (judgement === 412) return refusal(412, 'ConditionNotMet')
    if (judgement === 304) return new Response(null, { status: 304, headers })
    const isWhole = request.method === 'HEAD'
    const range = isWhole ? undefined : readRange(rangeOf(request.headers, facts), facts.size)
    if (range === null) return refusal(416, 'InvalidRange', { 'Content-Range': `bytes */${facts.size}` })
    const { offset, length } = range ?? { offset: 0, length: facts.size }
    headers['Content-Length'] = String(length)
    if (range) headers['Content-Range'] = `bytes ${offset}-${offset + length - 1}/${facts.size}`
    const status = range ? 206 : 200
    if (isWhole) return new Response(null, { status, headers })
    const body = length === 0 ? new Blob().stream() : await bytes.open(grant.name, { offset, length })
    return body ? new Response(body, { status, headers }) : refusal(404, 'BlobNotFound')
  }
  const sendBlockList = async (url: URL, { name }: Grant): Promise<Response> => {
    const text = (blocks: Awaited<ReturnType<BlobBytes['blocks']>>) =>
      writeBlockList(blocks, url.searchParams.get('blocklisttype') ?? 'committed')
    const [facts, blocks] = await Promise.all([bytes.head(name), bytes.blocks(name)])
    const content = text(blocks)
    if (content === undefined) return refusal(400, 'InvalidQueryParameterValue')
    if (!facts && blocks.staged.length === 0) return refusal(404, 'BlobNotFound')
    return new Response(content, {
      headers: {
        ...harmless,
        'Content-Type': 'application/xml',
        'x-ms-blob-content-length': String(facts?.size ?? 0),
        ...(facts && { ETag: etagOf(facts), 'Last-Modified': new Date(facts.createdAt).toUTCString() }),
      },
    })
  }
  return async (request: Request, url: URL, grant: Grant): Promise<Response> => {
    const isOfUpload = grant.permission !== 'r'
    if (isOfUpload && grant.permission !== 'rcw') return refusal(403, 'AuthorizationPermissionMismatch')
    const operation = url.searchParams.get('comp')
    if (operation === 'blocklist' && request.method === 'GET') return sendBlockList(url, grant)
    if (operation !== null) return refusal(400, 'InvalidQueryParameterValue')
    if (request.headers.has('x-ms-structured-body')) return refusal(400, 'UnsupportedHeader')
    // What was sent is not to be had before it was looked at.
    if (isOfUpload && request.method === 'GET') return refusal(403, 'AuthorizationPermissionMismatch')
    return sendBlob(request, grant)
  }
}

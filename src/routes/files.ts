import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { OwnFileQuery, OwnFiles } from '../core/files/file-list.model.ts'
import {
  CompleteUpload,
  ContinueUpload,
  FileLink,
  FileView,
  RequestUpload,
  UploadContinued,
  UploadRequested,
} from '../core/files/files.model.ts'
import type { Files } from '../core/files/files.ts'
import { Profile } from '../core/people/profiles/profiles.model.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { asksFor } from '../http/accept.ts'
import { saying } from '../http/answer-headers.ts'
import { hasCurrent } from '../http/etag.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, isPublic, json, optionalBody, signedIn } from '../http/route.ts'
import { optionalSession } from '../http/session.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Files']
const params = z.object({ id: z.uuid().meta({ example: examples.fileId }) })
const actorIfAny = (c: AppContext) => c.get('session')?.actor ?? null

const requestUpload = createRoute({
  method: 'post',
  path: '/files/upload-url',
  operationId: 'requestUpload',
  tags,
  summary: 'Request an upload',
  description:
    'Announces a file and returns a URL to send it to. First of three steps. Send the bytes by PUT to `uploadUrl` with the `headers`, within 15 minutes and once, or in blocks; then complete the upload. A `form-attachment` needs no account.',
  ...isPublic,
  middleware: [optionalSession] as [typeof optionalSession],
  request: body(RequestUpload, {
    fileName: 'certificate.pdf',
    fileType: 'application/pdf',
    fileSize: 48_213,
    category: 'document',
  }),
  responses: {
    200: json(UploadRequested, 'Where to send the bytes.'),
    ...errors(400, 401, 403, 409, 413, 415),
  },
})

const continueUpload = createRoute({
  method: 'post',
  path: '/files/{id}/upload-url',
  operationId: 'continueUpload',
  tags,
  summary: 'Continue an upload',
  description:
    'For an upload that was cut off or takes longer than its URL lives, within a day after it was announced: a new URL for the same file, and the blocks that have come. Send the missing ones (`PUT` with `comp=block`), put them together (`comp=blocklist`), then complete the upload. 409 `already_uploaded` when that was done.',
  ...isPublic,
  middleware: [optionalSession] as [typeof optionalSession],
  request: { params, ...optionalBody(ContinueUpload, {}) },
  responses: {
    200: json(UploadContinued, 'Where to send the rest.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const completeUpload = createRoute({
  method: 'post',
  path: '/files/complete',
  operationId: 'completeUpload',
  tags,
  summary: 'Complete an upload',
  description:
    'Has the bytes that were sent checked. Last of three steps. What is not of the announced size, or not of the announced kind, is deleted and answered 400. The bytes say which type of that kind it is. Completing again answers the same.',
  ...isPublic,
  middleware: [optionalSession] as [typeof optionalSession],
  request: body(CompleteUpload, { fileId: examples.fileId, fileName: 'certificate.pdf' }),
  responses: { 200: json(FileView, 'The file.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const listOwnFiles = createRoute({
  method: 'get',
  path: '/files',
  operationId: 'listOwnFiles',
  tags,
  summary: 'List my files',
  description:
    'Newest first, with where each is used, and how much of my space they take together. Filtered, a page may hold fewer than its limit, or nothing, and still have a next one.',
  ...signedIn,
  request: { query: OwnFileQuery },
  responses: { 200: json(OwnFiles, 'A page.'), ...errors(400, 401, 403) },
})

const readFile = createRoute({
  method: 'get',
  path: '/files/{id}',
  operationId: 'readFile',
  tags,
  summary: 'Get the details of a file',
  ...signedIn,
  request: { params },
  responses: {
    200: json(FileView, 'With its version as `ETag`.'),
    304: { description: 'Unchanged since the version in `If-None-Match`.' },
    ...errors(400, 401, 403, 404),
  },
})

const downloadFile = createRoute({
  method: 'get',
  path: '/files/{id}/download',
  operationId: 'downloadFile',
  tags,
  summary: 'Download a file',
  description:
    'Leads to the bytes, or with `Accept: application/json` says where they are and what they are: a page of another origin, which a browser does not tell what it was led to, fetches the URL itself, without credentials. Others than its owner get pictures and recordings without what they tell about where, when and with what they were made, and a HEIC as a JPEG where it could be converted (`shownAs` of the file). Its owner gets the original, but for an `<img>` in a browser that does not show HEIC.',
  ...signedIn,
  request: { params },
  responses: {
    200: json(FileLink, 'Asked for as JSON: a URL that works for five minutes.'),
    302: saying({ description: 'To a URL that works for five minutes.' }, 'Location'),
    ...errors(400, 401, 403, 404, 409, 410),
  },
})

const removeFile = createRoute({
  method: 'delete',
  path: '/files/{id}',
  operationId: 'deleteFile',
  tags,
  summary: 'Delete a file',
  description: 'One of mine.',
  ...signedIn,
  request: { params },
  responses: { 204: { description: 'Deleted.' }, ...errors(400, 401, 403, 404, 409) },
})

const setAvatar = createRoute({
  method: 'post',
  path: '/users/me/avatar',
  operationId: 'setAvatar',
  tags: ['Users'],
  summary: 'Set my picture',
  description:
    'From a completed upload. The picture is encoded afresh, at most 512 pixels wide and high, without place, time or camera. Its address is public and new each time; the one before stops working.',
  ...signedIn,
  request: body(z.strictObject({ fileId: z.uuid() }).meta({ id: 'SetAvatar' }), { fileId: examples.fileId }),
  responses: {
    200: saying(json(Profile, 'As it is now.'), 'ETag'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const removeAvatar = createRoute({
  method: 'delete',
  path: '/users/me/avatar',
  operationId: 'removeAvatar',
  tags: ['Users'],
  summary: 'Remove my picture',
  ...signedIn,
  responses: {
    204: { description: 'There is none, even if there was none before.' },
    ...errors(401, 403, 409),
  },
})

/**
 * Outside production people come by other names of the machine too, such as a phone in the same network by its address:
 * they are led on by the name they came by.
 */
function asReached(c: AppContext, url: string): string {
  const { publicOrigin, isProduction } = c.get('settings')
  const isOurs = !isProduction && url.startsWith(`${publicOrigin}/`)
  return isOurs ? new URL(c.req.url).origin + url.slice(publicOrigin.length) : url
}

/** Safari names HEIC among what it shows in a page; browsers that do not name it do not show it. */
const cannotShow = (c: AppContext) =>
  c.req.header('sec-fetch-dest') === 'image' && !/image\/hei[cf]/.test(c.req.header('accept') ?? '')
    ? 'image/heic'
    : undefined

export const fileRoutes = (files: Files, profiles: Profiles) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(requestUpload, async (c) =>
      c.json(await files.requestUpload(actorIfAny(c), c.req.valid('json'), c.get('caller')), 200),
    )
    .openapi(continueUpload, async (c) => {
      const { claimToken } = c.req.valid('json') ?? {}
      return c.json(await files.continueUpload(actorIfAny(c), c.req.valid('param').id, claimToken), 200)
    })
    .openapi(completeUpload, async (c) =>
      c.json(await files.completeUpload(actorIfAny(c), c.req.valid('json')), 200),
    )
    .openapi(listOwnFiles, async (c) => c.json(await files.listOwn(actorOf(c), c.req.valid('query')), 200))
    .openapi(readFile, async (c) => {
      const { value, version } = await files.read(actorOf(c), c.req.valid('param').id)
      return hasCurrent(c, version) ? c.body(null, 304) : c.json(value, 200)
    })
    .openapi(downloadFile, async (c) => {
      const isForJson = asksFor(c, 'application/json')
      const link = await files.download(actorOf(c), c.req.valid('param').id, c.get('caller'), cannotShow(c))
      const url = asReached(c, link.url)
      return isForJson ? c.json({ ...link, url }, 200) : c.redirect(url, 302)
    })
    .openapi(removeFile, async (c) => {
      await files.remove(actorOf(c), c.req.valid('param').id, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(setAvatar, async (c) => {
      await files.avatars.set(actorOf(c), c.req.valid('json').fileId)
      const { value, version } = await profiles.read(actorOf(c), null)
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
    .openapi(removeAvatar, async (c) => {
      await files.avatars.remove(actorOf(c))
      return c.body(null, 204)
    })

/** What the API answers alike to everybody. */
const shared = [
  /^\/(?:api|\.well-known)\/jwks\.json$/,
  /^\/api\/v1\/consents$/,
  /^\/api\/v1\/courses(?:\/[\da-f-]{36})?$/,
  /^\/api\/v1\/(?:avatars|thumbnails)\/[^/]+\/[^/]+$/,
  /^\/api\/v1\/sample-pictures\/[^/]+$/,
  /^\/api\/v1\/shared\.js$/,
  /^\/api\/v1\/auth\/social$/,
]

/**
 * Whether the answer to this may be kept for everybody, by the browser and by what stands before the API. It is asked for
 * without cookies: any page may read it, but none that asks with credentials.
 */
export const isShared = (method: string, path: string): boolean =>
  (method === 'GET' || method === 'HEAD') && shared.some((pattern) => pattern.test(path))

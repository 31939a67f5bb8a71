/*
 * Keeps what the build made and is the same for everybody: scripts, styles, icons, and a page for when there is no line.
 * What the API answers is about one person: it is neither looked at nor kept.
 */
const name = 'portal-static-1'
const kept = ['/offline/', '/icon.svg', '/manifest.webmanifest']

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(kept)))
  self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((each) => each !== name).map((each) => caches.delete(each))))
      .then(() => self.clients.claim()),
  )
})

/** Its name has a hash of what is in it. */
const isBuilt = (url) => url.origin === self.location.origin && url.pathname.startsWith('/_next/static/')

async function builtFile(request) {
  const cache = await caches.open(name)
  const found = await cache.match(request)
  if (found) return found
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const url = new URL(request.url)
  if (isBuilt(url)) event.respondWith(builtFile(request))
  else if (
    request.mode === 'navigate' &&
    url.origin === self.location.origin &&
    !url.pathname.startsWith('/api/')
  )
    event.respondWith(fetch(request).catch(() => caches.match('/offline/')))
})

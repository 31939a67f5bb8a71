const shownInPlace = /^(?:image|video|audio)\//

/** RFC 6266: a name in ASCII for old programs, and the true one in the encoding of RFC 8187. */
export function contentDispositionOf(name: string, type: string): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\w .()-]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const disposition = shownInPlace.test(type) ? 'inline' : 'attachment'
  return `${disposition}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

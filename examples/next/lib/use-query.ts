'use client'

import { useEffect, useState } from 'react'

/** What the address says behind its `?`; null until the page is in a browser, since a static page knows none. */
export function useQuery(): URLSearchParams | null {
  const [query, setQuery] = useState<URLSearchParams | null>(null)
  useEffect(() => setQuery(new URLSearchParams(location.search)), [])
  return query
}

/** The `?token=` of a mailed link, which leaves the address bar and the history at once. Null: not known yet. */
export function useToken(): string | null {
  const [token, setToken] = useState<string | null>(null)
  useEffect(() => {
    const found = new URLSearchParams(location.search).get('token')
    if (found !== null) history.replaceState(history.state, '', location.pathname)
    // In development React runs this twice, and the second time the address has none any more.
    setToken((before) => found ?? before ?? '')
  }, [])
  return token
}

'use client'

import { useEffect, useState } from 'react'

/** The id at the end of the path, such as `/admin/forms/{id}`, for which the host answers one static page. Empty: there is none. */
export function useLastPart(page: string): string | null {
  const [part, setPart] = useState<string | null>(null)
  useEffect(() => setPart(location.pathname.slice(page.length).replaceAll('/', '')), [page])
  return part
}

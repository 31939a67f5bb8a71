'use client'

import { useEffect } from 'react'

/** Makes the portal an app that can be installed. Without it everything works too. */
export function InstalledApp() {
  useEffect(() => {
    if (process.env.NODE_ENV === 'production' && 'serviceWorker' in navigator)
      navigator.serviceWorker.register('/sw.js').catch(() => {})
  }, [])
  return null
}

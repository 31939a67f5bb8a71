import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Frame } from '@/components/frame'
import { InstalledApp } from '@/components/installed-app'
import { AuthProvider } from '@/lib/auth'
import './globals.css'

export const metadata: Metadata = {
  title: 'Portal',
  description: 'Courses, messages and help, in one place.',
  manifest: '/manifest.webmanifest',
  icons: { icon: '/icon.svg', apple: '/icon-192.png' },
  /** Mailed links bring secrets along. */
  referrer: 'no-referrer',
}
export const viewport: Viewport = { themeColor: '#1f5eb8', colorScheme: 'light dark' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <AuthProvider>
          <Frame>{children}</Frame>
        </AuthProvider>
        <InstalledApp />
      </body>
    </html>
  )
}

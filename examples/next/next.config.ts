import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'

const config: NextConfig = {
  output: 'export',
  /** Pages are folders, so that every static host finds `/reset-password`. */
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  /** This folder, whatever lies around it. */
  turbopack: { root: dirname(fileURLToPath(import.meta.url)) },
}

export default config

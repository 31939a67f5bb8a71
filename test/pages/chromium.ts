import { existsSync } from 'node:fs'

/** npm cannot bring it. Where it is missing what needs it is skipped and says so; where CHROMIUM_REQUIRED is set, it fails. */
export const chromium = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  process.env['CHROMIUM'] ?? '',
].find((path) => path !== '' && existsSync(path))
export const chromiumMissing = chromium ? null : 'there is no Chromium: install it, or name it in CHROMIUM'
if (chromiumMissing && process.env['CHROMIUM_REQUIRED']) throw new Error(chromiumMissing)

/** For the name of a test that is skipped without it. */
export const whyNot = chromiumMissing ? ` (${chromiumMissing})` : ''

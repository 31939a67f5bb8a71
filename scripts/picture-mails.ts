import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileOf, samples } from '../test/core/platform/mails/samples.ts'

/*
 * A picture of each mail as a telephone shows it, into docs/mails, to be looked at after a change. Needs Chromium:
 * `chromium` in the path, or CHROMIUM.
 */

const chromium = process.env['CHROMIUM'] ?? 'chromium'
const folder = resolve(import.meta.dirname, '../docs/mails')
const scratch = mkdtempSync(join(tmpdir(), 'mails-'))
mkdirSync(folder, { recursive: true })

for (const sample of samples) {
  const { message } = sample
  const file = fileOf(sample)
  // Chromium makes no window as narrow as a telephone, but a frame in it can be.
  const page = join(scratch, `${file}.html`)
  const source = message.html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  writeFileSync(
    page,
    `<!doctype html><body style="margin:0;background:#98a2b3"><iframe srcdoc="${source}"
     style="border:0;width:390px;height:760px;display:block;margin:0 auto"></iframe></body>`,
  )
  execFileSync(
    chromium,
    [
      '--headless',
      '--no-sandbox',
      '--hide-scrollbars',
      '--window-size=500,760',
      `--user-data-dir=${join(scratch, 'profile')}`,
      `--screenshot=${join(folder, `${file}.png`)}`,
      `file://${page}`,
    ],
    { stdio: 'ignore' },
  )
  console.log(`docs/mails/${file}.png`)
}
rmSync(scratch, { recursive: true })

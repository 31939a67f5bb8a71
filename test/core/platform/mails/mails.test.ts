import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { samples } from './samples.ts'

const pictures = join(import.meta.dirname, '../../../../docs/mails')

describe.each(samples)('$template', ({ template, message: { subject, text, html } }) => {
  test('reads as it was reviewed: after a change run `npm run mails:pictures`, and look at them', async () => {
    await expect(`${subject}\n\n${text}`).toMatchFileSnapshot(`snapshots/${template}.txt`)
    await expect(html).toMatchFileSnapshot(`snapshots/${template}.html`)
    expect(existsSync(join(pictures, `${template}.png`))).toBe(true)
  })

  test('says in text all that it says in HTML', () => {
    const [, content = ''] = /<body[^>]*>([\s\S]*)<\/body>/.exec(html) ?? []
    const entities: Record<string, string> = { '&#39;': "'", '&amp;': '&', '&quot;': '"' }
    const words = content
      .replace(/<div style="display:none[\s\S]*?<\/div>/, '')
      .replaceAll(/<[^>]+>/g, '\n')
      .replaceAll(/&[#\w]+;/g, (entity) => entities[entity] ?? entity)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    for (const line of words) expect(text).toContain(line)
  })

  test('is one page that asks nothing of another host, and holds no script', () => {
    expect(html).not.toMatch(/<script|<img|<link|url\(|@import|http-equiv/i)
    expect(html).toContain('name="viewport" content="width=device-width')
    for (const [, address = ''] of html.matchAll(/href="([^"]+)"/g))
      expect(address).toMatch(/^https:\/\/portal\.sdtoolsinc\.org\//)
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(900)
  })
})

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileOf, samples } from './samples.ts'

const pictures = join(import.meta.dirname, '../../../../docs/mails')

describe.each(samples)('$template, $language', (sample) => {
  const { subject, text, html } = sample.message
  const file = fileOf(sample)

  test('reads as it was reviewed: after a change run `npm run mails:pictures`, and look at them', async () => {
    await expect(`${subject}\n\n${text}`).toMatchFileSnapshot(`snapshots/${file}.txt`)
    await expect(html).toMatchFileSnapshot(`snapshots/${file}.html`)
    expect(existsSync(join(pictures, `${file}.png`))).toBe(true)
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

  test('says the language it is in', () => {
    expect(html).toContain(`<html lang="${sample.language}">`)
  })

  test('tells nobody who reads over a shoulder more than that there is a mail', () => {
    expect(subject).not.toMatch(
      /client|participant|inmate|parole|probation|prison|jail|re-?entry|cliente|recluso|libertad condicional|cárcel|prisión|reinserción/i,
    )
  })
})

test('in another language says as much: the same codes, buttons and paragraphs', () => {
  const shapeOf = ({ html }: { readonly html: string }) => ({
    links: [...html.matchAll(/href="([^"]+)"/g)].map(([, address]) => address),
    paragraphs: html.match(/<p /g)?.length,
  })
  for (const { template, language, message } of samples) {
    const english = samples.find((one) => one.template === template && one.language === 'en')
    expect(shapeOf(message), `${template}, ${language}`).toEqual(english && shapeOf(english.message))
    if (language !== 'en') expect(message.subject, template).not.toBe(english?.message.subject)
  }
})

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { consentTexts } from '../../../src/core/accounts/consents/consent-texts.ts'
import { consentTranslations } from '../../../src/core/accounts/consents/consent-translations.ts'
import { browserOf, createTestApp } from '../../app.ts'

const nameOf = ({ document, version }: { document: string; version: string }) => `${document} ${version}`
const paragraphs = (text: string) => text.split('\n\n').length
const numbers = (text: string) => text.match(/\d+/g) ?? []

/** SHA-256 of what was shown. A line is added for a new version, and none is ever changed. */
const shown = {
  'privacy 2026-11-01': 'cb2ad8b90b6fcc657aecba4a3983b9fb08cfc7507a74aead8c137df6af135955',
  'terms 2026-11-01': '84ad69338df3138800b1d299a0aa4e204d4c5bd83b0cf1819d1f656734dd881b',
  'messaging 2026-11-01': 'b2235aa904914f481d5ae25ee370fd35ff61eba75efe4d3a9da9dba400ad2ed4',
}

test('what was shown to people stays as it was', () => {
  const digests = consentTexts.map((text) => [
    nameOf(text),
    createHash('sha256').update(`${text.title}\n\n${text.text}`).digest('hex'),
  ])
  expect(Object.fromEntries(digests)).toEqual(shown)
})

test('each text in force stands in Spanish beside the English one, which has the version', async () => {
  const call = browserOf(await createTestApp()).call
  const answer = await call('GET', '/api/v1/consents', { headers: { 'accept-language': 'es' } })
  expect(answer.headers.get('content-language'), 'the same for everybody').toBeNull()
  const { items } = answer.body
  expect(items.length).toBe(3)
  for (const item of items) {
    const { document, version, title, text, translations } = item
    expect(consentTexts).toContainEqual({ document, version, title, text })
    const { es } = translations
    expect(es).toEqual(consentTranslations[nameOf(item)])
    expect(paragraphs(es.text), document).toBe(paragraphs(text))
    expect(numbers(es.text), document).toEqual(numbers(text))
    expect(es.text).not.toMatch(/\b(?:tú|tu|tus|ti|contigo|puedes|tienes)\b/i)
  }
})

test('no translation is of a text that was never shown', () => {
  const known = new Set(consentTexts.map(nameOf))
  for (const name of Object.keys(consentTranslations)) expect(known).toContain(name)
})

import { escapeHtml } from '../../kernel/escape-html.ts'
import type { Language } from '../../kernel/language.ts'
import { inLanguage, type Plain } from '../../kernel/messages/said.ts'
import { exportWords, spanishNames } from './export-words.ts'

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2939}
h1,h2{line-height:1.2}section{border-top:1px solid #d0d5dd;margin-top:2rem}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1rem;margin:0}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
article{background:#f9fafb;border-radius:8px;padding:1rem;margin:.75rem 0}`

/** `lastLoginAt` → `Last login at` */
function titleOf(name: string, language: Language): string {
  const spanish = language === 'es' && Object.hasOwn(spanishNames, name) ? spanishNames[name] : undefined
  if (spanish !== undefined) return spanish
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function render(value: unknown, language: Language): string {
  if (value === null || value === undefined || value === '') return '–'
  if (Array.isArray(value)) {
    if (value.length === 0) return '–'
    if (value.every((item) => typeof item !== 'object')) return escapeHtml(value.join(', '))
    return value.map((item) => `<article>${render(item, language)}</article>`).join('')
  }
  if (typeof value === 'object')
    return `<dl>${Object.entries(value)
      .map(
        ([name, item]) => `<dt>${escapeHtml(titleOf(name, language))}</dt><dd>${render(item, language)}</dd>`,
      )
      .join('')}</dl>`
  if (typeof value === 'boolean') return exportWords[language][value ? 'yes' : 'no']
  return escapeHtml(String(value))
}

export const pageBegin = (madeAt: string, language: Language): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${exportWords[language].title}</title>
<style>${style}</style>
</head>
<body>
<h1>${exportWords[language].title}</h1>
<p>${exportWords[language].about.replace('{when}', () => escapeHtml(madeAt))}</p>
`

export const pageSection = (
  { store, purpose }: { readonly store: string; readonly purpose: Plain },
  records: readonly unknown[],
  language: Language,
): string =>
  `<section><h2>${escapeHtml(titleOf(store, language))}</h2><p>${escapeHtml(inLanguage(purpose, language))}</p>
${records.length === 0 ? `<p>${exportWords[language].nothing}</p>` : records.map((record) => `<article>${render(record, language)}</article>`).join('\n')}
</section>
`

export const pageEnd = '</body>\n</html>\n'

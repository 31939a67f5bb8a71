import { html } from 'hono/html'
import type { Language } from '../core/kernel/language.ts'
import type { CheckedCertificate } from '../core/learning/certificates/certificates.model.ts'
import { answerIn } from '../http/language.ts'
import type { AppContext } from '../http/request-context.ts'
import { certificateWords } from './certificate-words.ts'
import { showPage } from './page-frame.ts'

const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 1.0625rem/1.5 system-ui, sans-serif; color: #1d2939; background: #f2f4f7; margin: 0; padding: 1rem; }
main { max-width: 60rem; margin: 0 auto; background: #fff; border: 0.375rem double #175cd3; border-radius: 0.5rem; padding: 2rem 1.25rem; text-align: center; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
p { margin: 0.5rem 0; }
.name { font-size: 1.75rem; font-weight: bold; line-height: 1.3; }
.course { font-size: 1.375rem; font-weight: bold; line-height: 1.3; }
.code { font: 1.125rem/1.5 ui-monospace, monospace; letter-spacing: 0.05em; }
.small { font-size: 0.9375rem; color: #475467; }
@media (min-width: 40rem) { main { padding: 3.5rem 3rem; } h1 { font-size: 2.5rem; } .name { font-size: 2.25rem; } }
@page { size: landscape; margin: 12mm; }
@media print {
  body { background: none; padding: 0; }
  main { max-width: none; height: 100vh; display: flex; flex-direction: column; justify-content: center; break-inside: avoid; print-color-adjust: exact; }
  .screen { display: none; }
}
`

function valid({ code, issuer, course, name }: CheckedCertificate, url: string, language: Language) {
  const words = certificateWords[language]
  const day = new Intl.DateTimeFormat(words.locale, { dateStyle: 'long', timeZone: 'UTC' })
  return html`
      <p>${issuer}</p>
      <h1>${course ? words.heading : words.valid}</h1>
      ${name === null ? '' : html`<p class="name" dir="auto">${name}</p>`}
      ${
        course &&
        html`<p>${words.completed(name !== null)}</p>
      <p class="course" dir="auto">${course.title}</p>
      <p>${words.on} <time datetime="${course.completedOn}">${day.format(new Date(course.completedOn))}</time></p>`
      }
      ${course && name !== null ? '' : html`<p class="small">${words.noMore}</p>`}
      <p class="code" aria-label="${words.code}">${code}</p>
      <p class="small">${words.checkAt} ${url}</p>
      <p class="small screen">${words.print}</p>`
}

const unknown = (language: Language) => html`
      <h1>${certificateWords[language].unknown}</h1>
      <p>${certificateWords[language].unknownWhy}</p>`

/** Static: no script, no picture, no other host; nobody keeps it, indexes it, or is told where a reader came from. */
export function certificatePage(c: AppContext, certificate: CheckedCertificate | null) {
  const language = answerIn(c)
  const { title, unknownTitle } = certificateWords[language]
  const url = `${c.get('settings').publicOrigin}/certificates/${certificate?.code ?? ''}`
  return showPage(
    c,
    {
      language,
      title: certificate ? title : unknownTitle,
      style,
      body: certificate ? valid(certificate, url, language) : unknown(language),
    },
    certificate ? 200 : 404,
  )
}

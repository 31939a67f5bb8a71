import type { MailMessage } from '../../../ports/mailer.ts'
import { escapeHtml } from '../../kernel/escape-html.ts'
import type { Language } from '../../kernel/language.ts'
import type { Greeting, Link, Unsubscribe } from './mail.model.ts'
import type { Block, TemplateInputs, TemplateName } from './template.ts'
import { mailWords } from './templates.ts'

const sender = 'T.O.O.L.S Inc'

/** Mail programs know little CSS and read it from the elements alone. */
const style = {
  page: 'margin:0;padding:0;background:#f2f4f7;',
  card: 'background:#ffffff;border-radius:8px;padding:28px 24px;text-align:left;',
  words:
    'font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:24px;color:#1d2939;margin:0 0 16px;',
  sender:
    'font-family:Arial,Helvetica,sans-serif;font-size:14px;font-weight:bold;color:#344054;margin:0 0 20px;',
  code: 'font-family:Menlo,Consolas,monospace;font-size:30px;line-height:40px;letter-spacing:4px;font-weight:bold;color:#101828;background:#f2f4f7;border-radius:8px;padding:12px;text-align:center;margin:0 0 16px;',
  button:
    'display:inline-block;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:24px;font-weight:bold;color:#ffffff;background:#175cd3;border-radius:8px;padding:12px 24px;text-decoration:none;',
  address:
    'font-family:Arial,Helvetica,sans-serif;font-size:13px;line-height:20px;color:#475467;word-break:break-all;margin:8px 0 16px;',
  link: 'color:#175cd3;text-decoration:underline;',
  closing:
    'font-family:Arial,Helvetica,sans-serif;font-size:13px;line-height:20px;color:#475467;margin:16px 0 0;',
} as const

function asHtml(block: Block): string {
  if (typeof block === 'string') return `<p style="${style.words}">${escapeHtml(block)}</p>`
  if ('code' in block) return `<p style="${style.code}">${escapeHtml(block.code)}</p>`
  const link = escapeHtml(block.link)
  return [
    `<p style="margin:0;"><a href="${link}" style="${style.button}">${escapeHtml(block.label)}</a></p>`,
    `<p style="${style.address}">${link}</p>`,
  ].join('\n')
}

function asText(block: Block): string {
  if (typeof block === 'string') return block
  return 'code' in block ? `    ${block.code}` : `${block.label}:\n${block.link}`
}

/** How mails like this one are ended: what it says, and where that is. */
interface Ending {
  readonly why: string
  readonly label: string
  readonly page: Link
}

interface Page {
  readonly language: Language
  readonly subject: string
  readonly blocks: readonly Block[]
  readonly ending: Ending | null
  readonly closing: string
}

const endingAsHtml = ({ why, label, page }: Ending): string =>
  `<p style="${style.closing}">${escapeHtml(why)} <a href="${escapeHtml(page)}" style="${style.link}">${escapeHtml(label)}</a></p>`

function page({ language, subject, blocks, ending, closing }: Page): string {
  const [first = ''] = blocks.filter((block) => typeof block === 'string').slice(1)
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<meta name="color-scheme" content="light">
<title>${escapeHtml(subject)}</title>
</head>
<body style="${style.page}">
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(first)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td align="center" style="padding:16px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;">
<tr><td style="${style.card}">
<p style="${style.sender}">${escapeHtml(sender)}</p>
${[...blocks.map(asHtml), ...(ending ? [endingAsHtml(ending)] : [])].join('\n')}
<p style="${style.closing}">${escapeHtml(closing)}</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

/** The only maker of messages. */
export function compose<N extends TemplateName>(
  name: N,
  input: TemplateInputs[N],
  { id, to, language }: { readonly id: string; readonly to: string; readonly language: Language },
): MailMessage {
  const { greeting: greet, closing, unsubscribe: words, templates } = mailWords[language]
  const template = templates[name]
  const subject = template.subject(input)
  const { greeting = '', unsubscribe } = input as {
    readonly greeting?: Greeting | ''
    // Those of a list have it, but for what waits since before its mails could be ended.
    readonly unsubscribe?: Unsubscribe
  }
  const blocks = [greet(greeting), ...template.blocks(input)]
  const ending = unsubscribe ? { ...words, page: unsubscribe.page } : null
  const lines = [
    ...blocks.map(asText),
    ...(ending ? [`${ending.why} ${ending.label}:\n${ending.page}`] : []),
    '-- ',
    `${sender}\n${closing}`,
  ]
  return {
    id,
    to,
    subject,
    text: `${lines.join('\n\n')}\n`,
    html: page({ language, subject, blocks, ending, closing }),
    unsubscribe: unsubscribe?.oneClick ?? null,
  } as MailMessage
}

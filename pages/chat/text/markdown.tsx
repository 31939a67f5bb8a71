import type { ComponentChildren } from 'preact'

/*
 * A safe part of Markdown, made into elements and never into HTML: bold, italic, struck, code, quotes, lists, and addresses
 * that are links. There are no links with other words than their address: they would say one place and lead to another.
 */

const longest = 1_000
const inline = new RegExp(
  [
    String.raw`(?<code>\x60[^\x60\n]{1,${longest}}\x60)`,
    String.raw`(?<link>https?:\/\/[^\s<>"]{2,2000})`,
    String.raw`(?<strong>\*\*(?=\S)[^\n]{1,${longest}}?(?<=\S)\*\*)`,
    String.raw`(?<struck>~~(?=\S)[^\n]{1,${longest}}?(?<=\S)~~)`,
    String.raw`(?<em>(?<![\w*])\*(?=[^\s*])[^\n*]{1,${longest}}?(?<=\S)\*(?![\w*])|(?<!\w)_(?=[^\s_])[^\n_]{1,${longest}}?(?<=\S)_(?!\w))`,
  ].join('|'),
  'gu',
)

/** What closes a sentence is no part of an address, nor a bracket that was opened before it. */
export function linkIn(text: string): string {
  let link = text.replace(/[.,;:!?'"*_~]+$/, '')
  while (link.endsWith(')') && link.split('(').length < link.split(')').length)
    link = link.slice(0, -1).replace(/[.,;:!?'"]+$/, '')
  return link
}

function Link({ address }: { address: string }) {
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      {address}
    </a>
  )
}

export interface Emphasis {
  /** Texts that stand out wherever they are, such as `@Ann`. */
  readonly marked: readonly string[]
}

function plain(text: string, { marked }: Emphasis): ComponentChildren[] {
  if (marked.length === 0) return [text]
  const escaped = marked.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return text
    .split(new RegExp(`(${escaped.join('|')})`, 'giu'))
    .map((part, index) => (index % 2 === 1 ? <mark>{part}</mark> : part))
}

function spans(text: string, emphasis: Emphasis, depth = 0): ComponentChildren[] {
  if (depth > 3) return plain(text, emphasis)
  const found: ComponentChildren[] = []
  let end = 0
  inline.lastIndex = 0
  for (const match of text.matchAll(inline)) {
    const { code, link, strong, struck, em } = match.groups ?? {}
    const whole = link === undefined ? match[0] : linkIn(link)
    if (match.index < end) continue
    if (match.index > end) found.push(...plain(text.slice(end, match.index), emphasis))
    end = match.index + whole.length
    const inner = (width: number) => spans(whole.slice(width, -width), emphasis, depth + 1)
    if (code !== undefined) found.push(<code>{whole.slice(1, -1)}</code>)
    else if (link !== undefined) found.push(<Link address={whole} />)
    else if (strong !== undefined) found.push(<strong>{inner(2)}</strong>)
    else if (struck !== undefined) found.push(<s>{inner(2)}</s>)
    else if (em !== undefined) found.push(<em>{inner(1)}</em>)
  }
  if (end < text.length) found.push(...plain(text.slice(end), emphasis))
  return found
}

type Kind = 'text' | 'quote' | 'list' | 'numbers'
const kindOf = (line: string): Kind =>
  /^>\s?/.test(line)
    ? 'quote'
    : /^\s*[-*•] \S/.test(line)
      ? 'list'
      : /^\s*\d{1,3}[.)] \S/.test(line)
        ? 'numbers'
        : 'text'

function Block({ kind, lines, emphasis }: { kind: Kind; lines: readonly string[]; emphasis: Emphasis }) {
  if (kind === 'quote')
    return (
      <blockquote dir="auto">
        {spans(lines.map((line) => line.replace(/^>\s?/, '')).join('\n'), emphasis)}
      </blockquote>
    )
  if (kind === 'list')
    return (
      <ul dir="auto">
        {lines.map((line) => (
          <li>{spans(line.replace(/^\s*[-*•] /, ''), emphasis)}</li>
        ))}
      </ul>
    )
  if (kind === 'numbers')
    return (
      <ol dir="auto" start={Number.parseInt(lines[0] ?? '1', 10)}>
        {lines.map((line) => (
          <li>{spans(line.replace(/^\s*\d{1,3}[.)] /, ''), emphasis)}</li>
        ))}
      </ol>
    )
  const text = lines.join('\n').replace(/^\n+|\n+$/g, '')
  return text === '' ? null : <p dir="auto">{spans(text, emphasis)}</p>
}

function blocksOf(text: string, emphasis: Emphasis): ComponentChildren[] {
  const blocks: { kind: Kind; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const kind = kindOf(line)
    const last = blocks.at(-1)
    if (last?.kind === kind) last.lines.push(line)
    else blocks.push({ kind, lines: [line] })
  }
  return blocks.map(({ kind, lines }) => <Block kind={kind} lines={lines} emphasis={emphasis} />)
}

/** What somebody wrote, as elements. */
export function Formatted({ text, marked = [] }: { text: string; marked?: readonly string[] }) {
  const parts = text.split(/^\x60{3}[^\n]*\n?([\s\S]*?)^\x60{3}[ \t]*$/m)
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
          <pre dir="ltr" tabIndex={0}>
            <code>{part.replace(/\n$/, '')}</code>
          </pre>
        ) : (
          blocksOf(part, { marked })
        ),
      )}
    </>
  )
}

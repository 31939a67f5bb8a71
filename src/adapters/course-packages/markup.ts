import rehypeParse from 'rehype-parse'
import rehypeRaw from 'rehype-raw'
import rehypeRemark from 'rehype-remark'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import remarkStringify from 'remark-stringify'
import { unified } from 'unified'
import type { SafeMarkdown } from '../../ports/course-packages.ts'
import { safeMarkup } from './safe-markup.ts'

/** As much of a tree of HTML or Markdown as is looked at here. */
interface Node {
  type: string
  tagName?: string
  properties?: Record<string, unknown>
  url?: string
  value?: string
  children?: Node[]
}

const safeAddress = /^(?:https?:|mailto:|tel:)/i
const scheme = /^[a-z][a-z\d+.-]*:/i
const plain = (address: string): string => address.replaceAll(/[\p{Cc}\s]/gu, '')
const isSafe = (address: string): boolean => !scheme.test(plain(address)) || safeAddress.test(plain(address))

const schemeOf = (address: string): string => `${plain(address).split(':')[0]?.toLowerCase()}:`

const dropsSilently = new Set(['title', 'noscript', 'style', 'link', 'meta', 'head', 'body', 'html', 'base'])
const named = new Set([
  ...safeMarkup.strip,
  'iframe',
  'embed',
  'applet',
  'form',
  'input',
  'button',
  'audio',
  'video',
  'canvas',
])

export interface HtmlPage extends SafeMarkdown {
  /** Of the first heading, or of `title`. */
  readonly title: string
}

/** Where an address in a page leads: another one, or null for nowhere, with what is said about that. */
export type Resolve = (address: string, isImage: boolean) => string | null

function visit(node: Node, see: (node: Node, parent: Node | null) => void, parent: Node | null = null): void {
  see(node, parent)
  for (const child of node.children ?? []) visit(child, see, node)
}

const textIn = (node: Node): string => node.value ?? (node.children ?? []).map(textIn).join('')
const attribute = ({ properties = {} }: Node, name: string): string =>
  typeof properties[name] === 'string' ? (properties[name] as string) : ''

/** Players and frames become links; what is dropped is named. */
function prepare(resolve: Resolve, dropped: Set<string>) {
  return () => (tree: unknown) =>
    visit(tree as Node, (node) => {
      const { tagName: tag } = node
      if (node.type !== 'element' || tag === undefined) return
      for (const name of Object.keys(node.properties ?? {}))
        if (/^on/i.test(name)) dropped.add(`${name.toLowerCase()}=`)
      if (tag === 'iframe' || tag === 'embed' || tag === 'video' || tag === 'audio') {
        const source = (node.children ?? []).find(({ tagName }) => tagName === 'source')
        const address = attribute(node, 'src') || (source ? attribute(source, 'src') : '')
        const leads = isSafe(address) ? resolve(address.replace(/^\/\//, 'https://'), false) : null
        if (!leads) dropped.add(tag)
        const text = attribute(node, 'title') || leads || ''
        node.tagName = leads ? 'a' : 'span'
        node.properties = leads ? { href: leads } : {}
        node.children = leads ? [{ type: 'text', value: text }] : []
        return
      }
      if (named.has(tag) && !dropsSilently.has(tag)) dropped.add(tag)
      for (const name of ['href', 'src'] as const) {
        const address = attribute(node, name)
        if (address === '' || !node.properties) continue
        if (!isSafe(address)) {
          dropped.add(schemeOf(address))
          delete node.properties[name]
          continue
        }
        const leads = resolve(address, name === 'src')
        if (leads === null) delete node.properties[name]
        else node.properties[name] = leads
      }
      // A picture that leads nowhere is what it says that it shows.
      if (tag === 'img' && attribute(node, 'src') === '') {
        node.tagName = 'span'
        node.children = [{ type: 'text', value: attribute(node, 'alt') }]
      }
      if (tag === 'a' && attribute(node, 'href') === '') node.tagName = 'span'
    })
}

/** Markdown knows no HTML here: what is left of it, such as a comment, goes. */
const withoutHtml = () => (tree: unknown) =>
  visit(tree as Node, (node) => {
    if (node.children) node.children = node.children.filter(({ type }) => type !== 'html')
  })

const written = { bullet: '-', fences: true, rule: '-', emphasis: '*' } as const

/** A page, or a piece of one, as Markdown. */
export function markdownOf(html: string, resolve: Resolve): HtmlPage {
  const dropped = new Set<string>()
  const tree = unified()
    .use(rehypeParse, { fragment: !/<(?:html|body|head)[\s>]/i.test(html) })
    .parse(html)
  let title = ''
  visit(tree as Node, (node) => {
    if (title === '' && (node.tagName === 'title' || node.tagName === 'h1')) title = textIn(node).trim()
  })
  const processor = unified()
    .use(prepare(resolve, dropped))
    .use(rehypeSanitize, safeMarkup)
    .use(rehypeRemark)
    .use(remarkGfm)
    .use(withoutHtml)
    .use(remarkStringify, written)
  const markdown = processor.stringify(processor.runSync(tree as never) as never)
  return { markdown: markdown.trim(), title, dropped: [...dropped] }
}

/** The text as it is where nothing in it is HTML or leads where it should not; else as Markdown alone. */
export function safeMarkdown(markdown: string): SafeMarkdown {
  const tree = unified().use(remarkParse).use(remarkGfm).parse(markdown)
  const dropped = new Set<string>()
  let hasHtml = false
  visit(tree as Node, (node) => {
    if (node.type === 'html') hasHtml = true
    if (node.url === undefined || isSafe(node.url)) return
    dropped.add(schemeOf(node.url))
    node.url = ''
  })
  if (!hasHtml && dropped.size === 0) return { markdown, dropped: [] }
  const processor = unified()
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(prepare((address) => address, dropped))
    .use(rehypeSanitize, safeMarkup)
    .use(rehypeRemark)
    .use(remarkGfm)
    .use(withoutHtml)
    .use(remarkStringify, written)
  const safe = processor.stringify(processor.runSync(tree) as never)
  return { markdown: safe.trim(), dropped: [...dropped] }
}

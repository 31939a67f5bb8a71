import { SaxesParser } from 'saxes'
import { type PackageFiles, PackageUnreadable } from '../../ports/course-packages.ts'

/** An element; names are without their prefix. */
export interface XmlNode {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (XmlNode | string)[]
}

const maxXmlBytes = 16 * 1024 * 1024
const maxDepth = 200
const maxNodes = 400_000

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Text as its bytes, its XML declaration, or nothing say that it is encoded. */
export function decodeText(bytes: Uint8Array): string {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200))
  const [, label = 'utf-8'] =
    /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*encoding=["']([\w.:-]{1,40})["']/i.exec(head) ?? []
  try {
    return new TextDecoder(/^utf-?16/i.test(label) ? 'utf-8' : label).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

/** No entity is ever expanded but the five of XML: what declares others is refused where it uses them. */
export function parseXml(text: string, path: string): XmlNode {
  const refuse = (message: string, cause?: unknown) =>
    new PackageUnreadable('broken', `${path}: ${message}`, { cause })
  type Open = { name: string; attributes: Record<string, string>; children: (XmlNode | string)[] }
  const root: Open = { name: '', attributes: {}, children: [] }
  const open: Open[] = [root]
  let nodes = 0
  const add = (child: string | Open) => {
    if (++nodes > maxNodes) throw refuse('has too many elements.')
    open.at(-1)?.children.push(child)
  }
  const parser = new SaxesParser({ xmlns: false })
  parser.on('error', (error) => {
    throw refuse('is not well-formed XML.', error)
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > maxDepth) throw refuse('is nested too deeply.')
    const node: Open = {
      name: localName(name),
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [localName(key), String(value)]),
      ),
      children: [],
    }
    add(node)
    open.push(node)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', add)
  parser.on('cdata', add)
  parser.write(text.replace(/^\uFEFF/, '')).close()
  const [top] = root.children.filter((child) => typeof child !== 'string')
  if (!top) throw refuse('is empty.')
  return top
}

export const readXml = async (files: PackageFiles, path: string): Promise<XmlNode> =>
  parseXml(decodeText(await files.read(path, maxXmlBytes)), path)

export const elementsOf = (node: XmlNode | undefined, name?: string): readonly XmlNode[] =>
  (node?.children ?? []).filter(
    (child): child is XmlNode => typeof child !== 'string' && (name === undefined || child.name === name),
  )

export const firstOf = (node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined =>
  path.reduce<XmlNode | undefined>((found, name) => elementsOf(found, name)[0], node)

/** All below it, in order of the document. */
export function* within(node: XmlNode | undefined, name: string): Generator<XmlNode> {
  for (const child of elementsOf(node)) {
    if (child.name === name) yield child
    yield* within(child, name)
  }
}

export const textOf = (node: XmlNode | undefined): string =>
  (node?.children ?? [])
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
    .trim()

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** As HTML, for what is written in XML and means HTML. */
export const htmlOf = (node: XmlNode | string): string =>
  typeof node === 'string'
    ? escaped(node)
    : `<${node.name}${Object.entries(node.attributes)
        .map(([name, value]) => ` ${name}="${escaped(value)}"`)
        .join('')}>${node.children.map(htmlOf).join('')}</${node.name}>`

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

export const filesBelow = (directory: string, ...endings: readonly string[]): readonly string[] =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath.slice(root.length + 1), entry.name))

/** Every page of the documentation, as paths from the root of the project. */
export const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')]

const isGenerated = (page: string): boolean =>
  /^docs\/(?:api-reference\.md|api-reference\/.*|data-registry\.md)$/.test(page)
const isDecision = (page: string): boolean => page.startsWith('docs/adr/')

/** What somebody wrote for readers of today: not generated, and no record of a decision of its day. */
export const writtenPages = pages.filter((page) => !isGenerated(page) && !isDecision(page))

const fenced = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm

export const codeBlocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(fenced)]
    .filter(([, , found]) => found === language)
    .map(([, indent = '', , code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))

const withoutCode = (text: string): string => text.replaceAll(fenced, '').replaceAll(/`[^`\n]*`/g, '')

/** The anchors of a page, as GitHub makes them. */
export const anchorsOf = (text: string): readonly string[] =>
  [...text.replaceAll(fenced, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

export interface Link {
  /** As it is written. */
  readonly target: string
  /** From the root of the project. */
  readonly path: string
  readonly anchor: string | undefined
}

/** The links of a page to other places in the project, pictures included. */
export const linksOf = (page: string): readonly Link[] =>
  [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)|\b(?:src|href|srcset)="([^"\s]+)"/g)]
    .map(([, markdown, html]) => markdown ?? html ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#')
      return {
        target,
        path: path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, ''),
        anchor,
      }
    })

/** The rows of the first table below a heading, as their cells. */
export function tableBelow(page: string, heading: string): readonly (readonly string[])[] {
  const section = read(page).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n')
  const start = lines.findIndex((line) => line.startsWith('| ---'))
  const rows = lines.slice(start + 1)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end < 0 ? undefined : end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What stands between backticks. */
export const codeIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)

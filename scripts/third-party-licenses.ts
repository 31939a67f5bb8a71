import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Metafile } from 'esbuild'
import licenses from 'spdx-license-list/full.js'

/*
 * Almost every license asks that its text travels with what is copied. A bundle is a copy, and a bundler leaves the texts behind.
 */

const root = resolve(import.meta.dirname, '..')

/** What may be built into our own files: each asks for its text and its notices, and for nothing of what it is built into. */
const allowed = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0']

/** For packages whose manifest does not say it: where it is said. */
const undeclared: Readonly<Record<string, string>> = {
  // The last section of its README.md.
  semaphore: 'MIT',
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly author?: string | { readonly name: string }
  readonly homepage?: string
  readonly repository?: string | { readonly url: string }
}

export interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  /** Its license and its notices, word for word; the standard text where it ships none. */
  readonly texts: readonly string[]
}

const isLegalText = (file: string): boolean =>
  /^(?:licen[cs]e|copying|copyright|notice)(?:[-.].*)?$/i.test(file)

/** Of a package that names its license and does not bring the text. */
function standardText({ name, author, homepage, repository }: Manifest, license: string): string {
  const holder = (typeof author === 'object' ? author.name : author) ?? `the authors of ${name}`
  const place = homepage ?? (typeof repository === 'object' ? repository.url : repository)
  const text = partsOf(license)
    .map((part) => licenses[part]?.licenseText ?? '')
    .join('\n\n')
  const withoutHolders = text.replaceAll(/^Copyright \(c\).*\n/gm, '')
  return `Copyright (c) ${holder}${place ? ` (${place})` : ''}\n\n${withoutHolders}`
}

/** An expression of SPDX may ask for several at once, such as `(Apache-2.0 AND BSD-3-Clause)`. */
const partsOf = (license: string): readonly string[] => license.replace(/^\((.*)\)$/, '$1').split(' AND ')
const isAllowed = (license: string): boolean => partsOf(license).every((part) => allowed.includes(part))

/** The package that lies in a folder. A license that is not among those allowed, or none at all, stops the build. */
export function readPackage(directory: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  const license = manifest.license ?? undeclared[manifest.name]
  if (license === undefined || !isAllowed(license))
    throw new Error(
      `${manifest.name} ${manifest.version} has the license ${license ?? '(none)'}: what is bundled may be under ${allowed.join(', ')}`,
    )
  const found = readdirSync(directory)
    .filter(isLegalText)
    .toSorted()
    .map((file) => readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim())
  return {
    name: manifest.name,
    version: manifest.version,
    license,
    texts: found.length > 0 ? found : [standardText(manifest, license).trim()],
  }
}

/** The folders of the packages of which something went into a bundle, from the root of the project. */
export const packageFolders = ({ outputs }: Metafile): readonly string[] =>
  [
    ...new Set(
      Object.values(outputs)
        .flatMap(({ inputs }) => Object.keys(inputs))
        .map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]),
    ),
  ]
    .filter((folder) => folder !== undefined)
    .toSorted()

const line = '-'.repeat(80)

/** The licenses of what a build put into its bundles, for the file that lies beside them. */
export function describeLicenses(...metafiles: readonly Metafile[]): string {
  const folders = new Set(metafiles.flatMap(packageFolders))
  const packages = [...folders].map((folder) => readPackage(resolve(root, folder)))
  const seen = new Map(packages.map((each) => [`${each.name} ${each.version}`, each]))
  const sections = [...seen]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([title, { license, texts }]) => `${line}\n${title} (${license})\n${line}\n\n${texts.join('\n\n')}\n`,
    )
  return `What others wrote and is part of the files beside this one, with the terms under which it was given.\n\n${sections.join('\n')}`
}

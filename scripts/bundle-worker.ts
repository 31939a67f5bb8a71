import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Metafile } from 'esbuild'

const root = resolve(import.meta.dirname, '..')

/** Bundles the worker into `outDir` exactly as a deployment would. `entry` stands in for the `main` of wrangler.toml. */
export function bundleWorker(outDir: string, entry?: string): Metafile {
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      'deploy',
      ...(entry === undefined ? [] : [entry]),
      ...['--config', 'wrangler.toml', '--dry-run', '--metafile', '--outdir', outDir],
    ],
    {
      cwd: root,
      stdio: 'pipe',
      env: {
        ...process.env,
        CI: 'true',
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      },
    },
  )
  return JSON.parse(readFileSync(join(outDir, 'bundle-meta.json'), 'utf8')) as Metafile
}

const forbidden: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /(^|\/)node_modules\/(tedious|mssql)\//,
    'on workerd the driver skips TLS without a word and sends the database login in clear',
  ],
  [/^(node:)?(sqlite|worker_threads|child_process|cluster)$/, 'workerd does not have it'],
  [/\.node$|(^|\/)node_modules\/(@node-rs|sharp|@img)\//, 'workerd loads no native addon'],
  [/(^|\/)node_modules\/libheif-js\//, 'workerd has no thread to decode in'],
  [
    /(^|\/)src\/adapters\/(sqlite|azure-sql|filesystem|node|argon2-native|sharp|libheif|clamav|azure-functions|redis|key-vault)\//,
    'it is for Node alone',
  ],
]

/** What is in a bundle, imported or left for the runtime to import, and must not run on workerd. */
export function findForbidden({ inputs }: Metafile): readonly string[] {
  const names = new Set(
    Object.entries(inputs).flatMap(([path, { imports }]) => [
      path,
      ...imports.map((imported) => imported.path),
    ]),
  )
  return [...names].flatMap((name) =>
    forbidden.filter(([pattern]) => pattern.test(name)).map(([, why]) => `${name}: ${why}`),
  )
}

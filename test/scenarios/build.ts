import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildServer } from '../../scripts/build.ts'

/** Below `node_modules`, so that what is not bundled is found. */
const directory = resolve(import.meta.dirname, '../../node_modules/.scenarios')

export const builtServer = join(directory, 'server')

/** Before any scenario: what is tested is what would be deployed. */
export async function setup(): Promise<void> {
  mkdirSync(directory, { recursive: true })
  await buildServer(builtServer)
}

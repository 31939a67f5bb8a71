import type { TestProject } from 'vitest/node'
import { buildServer } from '../../scripts/build.ts'
import { bundleWorker } from '../../scripts/bundle-worker.ts'
import { builtServer, builtWorker } from './targets.ts'

/** Before the scenarios of a target: what is tested is what would be deployed. */
export async function setup({ name }: TestProject): Promise<void> {
  if (name === 'workerd') bundleWorker(builtWorker)
  else await buildServer(builtServer)
}

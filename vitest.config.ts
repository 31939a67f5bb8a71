import { defineConfig } from 'vitest/config'
import { type TargetName, targets } from './test/scenarios/targets.ts'

/** What is polled for comes, and on a busy machine it comes later. */
const shared = { testTimeout: 30_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } }

/** Each scenario file runs once on each target. */
const scenariosOn = (target: TargetName) => ({
  test: {
    ...shared,
    name: target,
    include: ['test/scenarios/**/*.test.ts'],
    globalSetup: ['test/scenarios/build.ts'],
    provide: { target },
  },
})

const targetNames = Object.keys(targets) as TargetName[]
const runnable = targetNames.filter((name) => {
  const { missing } = targets[name]
  if (missing !== null) console.info(`Left out: the scenarios on ${name}. Everything else runs. (${missing})`)
  return missing === null
})

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['test/scenarios/**'],
        },
      },
      ...runnable.map(scenariosOn),
    ],
  },
})

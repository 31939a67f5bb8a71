import { defineConfig } from 'vitest/config'

/** The contract suites on real services. What each needs is in `test/azure/`; nothing is skipped. */
export default defineConfig({
  test: { include: ['test/azure/**/*.live.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})

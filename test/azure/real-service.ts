import { describe, expect, test } from 'vitest'

/**
 * A suite on a real service that is named by these environment variables. Where one is missing, a test fails and says
 * which: this run is there to find out, so it skips nothing.
 */
export function onRealService<N extends string>(
  service: string,
  names: readonly N[],
  suite: (settings: Readonly<Record<N, string>>) => void,
): void {
  const settings = Object.fromEntries(names.map((name) => [name, process.env[name]?.trim() ?? '']))
  const missing = names.filter((name) => settings[name] === '')
  describe(service, () => {
    if (missing.length > 0)
      test('its settings are there', () => {
        expect.fail(`set ${missing.join(' and ')}`)
      })
    else suite(settings as Record<N, string>)
  })
}

import type { AppContext } from './request-context.ts'

/** Says of which headers of the request the answer is made, beside those that were named before. */
export function varyBy(c: AppContext, ...names: readonly string[]): void {
  const all = [...new Set([...(c.get('variesBy') ?? []), ...names])]
  c.set('variesBy', all)
  c.header('Vary', all.join(', '))
}

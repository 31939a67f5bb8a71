import type { AppContext } from './request-context.ts'

/**
 * The language of a page: what `?lang=` says, else the most welcome one of `Accept-Language` that there is, else the first.
 * Regions are passed over: who reads `es-MX` reads `es`.
 */
export function languageOf<L extends string>(c: AppContext, languages: readonly [L, ...L[]]): L {
  const known = (text: string): L | undefined => languages.find((language) => language === text)
  const chosen = known(c.req.query('lang') ?? '')
  if (chosen) return chosen
  const wanted = (c.req.header('accept-language') ?? '')
    .slice(0, 500)
    .split(',')
    .map((part, at) => {
      const [range = '', ...parameters] = part.trim().toLowerCase().split(';')
      const [, quality = '1'] = /q=([\d.]+)/.exec(parameters.join(';')) ?? []
      return { language: known(range.split('-')[0] ?? ''), quality: Number(quality), at }
    })
    .filter(({ language, quality }) => language !== undefined && quality > 0)
    .sort((one, other) => other.quality - one.quality || one.at - other.at)
  return wanted[0]?.language ?? languages[0]
}

const linkPattern = /(?:https?:\/\/|\bwww\.)[^\s<>"'()[\]]+/gi
const anchorPattern = /<a\s[^>]*href\s*=\s*["']?(?:https?:)?\/\//gi
const bulletinBoardPattern = /\[(?:url|link)(?:=\s*["']?|\]\s*)(?:https?:\/\/|www\.)/i
/** One is a question about HTML; more are written by programs. */
const mostAnchors = 1
/** So few letters for each link are no sentence. */
const fewLetters = 5

/** Without what says the same: `https://www.Example.org/` is `example.org`. */
function plain(link: string): string {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?(?:www\.)?([^/?#]*)(.*)$/i.exec(link) ?? []
  return host.toLowerCase() + path.replace(/[.,;:!?/]+$/, '')
}

const hostOf = (link: string): string => /^[^/?#:]*/.exec(plain(link))?.[0] ?? ''

/** Finds the different links in a text that lead to other places than ours. */
export function createFindLinks(ownOrigins: readonly string[]) {
  const own = ownOrigins.map(hostOf)
  const isOwn = (host: string) => own.some((ours) => host === ours || ours.endsWith(`.${host}`))
  return (text: string): readonly string[] => {
    const links = text.match(linkPattern)
    return links === null ? [] : [...new Set(links.map(plain))].filter((link) => !isOwn(hostOf(link)))
  }
}

/** Whether it is links, and next to nothing beside them. */
export function hasHardlyAWord(text: string, links: number): boolean {
  const letters = text.replaceAll(linkPattern, '').match(/\p{L}/gu)?.length ?? 0
  return letters < fewLetters * links
}

/** Links as programs write them into forms, for pages that show what they are given. */
export const findMarkedUpLinks = (text: string): boolean =>
  (text.match(anchorPattern)?.length ?? 0) > mostAnchors || bulletinBoardPattern.test(text)

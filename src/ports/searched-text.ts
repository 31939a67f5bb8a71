/*
 * What a text and a question have in common when somebody searches. Every store and both sides use this and nothing else,
 * so that an exact word is found wherever it is kept. Properties of characters come from the runtime's own Unicode tables.
 */

/** Joiners, soft hyphens, variation selectors, skin tones and the Arabic stroke that only stretches a word. */
const withoutMeaning = /\p{Default_Ignorable_Code_Point}|\p{Emoji_Modifier}|\u{640}/gu
/** Where marks are accents or vowel points that people leave out. In other scripts they are letters of their own. */
const accented =
  /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}])\p{M}+/gu

/** Case, width, accents and spelling variants that Unicode calls compatible are folded. Folding twice changes nothing. */
export const foldSearched = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(withoutMeaning, '')
    .replaceAll(accented, '$1')
    // Up and down again: ß, ſ and ı have no other way to their plain forms.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    // The letter that looks like an apostrophe divides as those do.
    .replaceAll('ʼ', '’')
    .normalize('NFC')

/** Put no spaces between words. */
const scripts =
  'Han Hiragana Katakana Bopomofo Thai Lao Khmer Myanmar Tibetan Yi Javanese Balinese Tai_Tham'.split(' ')
const ofTheseScripts = scripts.map((script) => String.raw`\p{Script_Extensions=${script}}`).join('')
/** A sign of these, with the marks it carries, may begin a word. So may an emoji. */
const spaceless = String.raw`(?:[[\p{L}\p{N}]&&[${ofTheseScripts}]]|[\p{Extended_Pictographic}\p{Regional_Indicator}])`
const sign = new RegExp(String.raw`${spaceless}\p{M}*`, 'gv')
const pieces = new RegExp(
  String.raw`(?<run>(?:${spaceless}\p{M}*)+)|(?<word>(?:(?!${spaceless})[\p{L}\p{N}]\p{M}*)+)`,
  'gv',
)

export interface SearchedText {
  /** Of scripts with spaces. */
  readonly words: readonly string[]
  /** What stands between two breaks in a script without spaces. */
  readonly runs: readonly string[]
}

export function readSearched(text: string): SearchedText {
  const [words, runs] = [new Set<string>(), new Set<string>()]
  for (const { groups } of foldSearched(text).matchAll(pieces)) {
    if (groups?.['word'] !== undefined) words.add(groups['word'])
    if (groups?.['run'] !== undefined) runs.add(groups['run'])
  }
  return { words: [...words], runs: [...runs] }
}

export const isEmpty = ({ words, runs }: SearchedText): boolean => words.length === 0 && runs.length === 0

/** Whether each word asked for begins a word of the text, and each run asked for stands in it. */
export function isFoundIn(text: SearchedText, asked: SearchedText): boolean {
  return (
    asked.words.every((word) => text.words.some((own) => own.startsWith(word))) &&
    asked.runs.every((run) => text.runs.some((own) => own.includes(run)))
  )
}

/** In code points. Of a longer word an index knows the beginning; the text itself tells the rest. */
export const longestTerm = 12
/** In one question to an index. What it is not asked, the text itself tells. */
const mostTerms = 8

const beginning = new RegExp(`^.{0,${longestTerm}}`, 'su')
const cut = (term: string): string => beginning.exec(term)?.[0] ?? ''
const isCut = (term: string): boolean => cut(term) !== term

/** Each sign of a run with the one after it, so that two of them need no look at the text. */
const pairsOf = (run: string): readonly string[] => {
  const signs = run.match(sign) ?? []
  return signs.map((first, i) => first + (signs[i + 1] ?? ''))
}

/** What an index has to hold of a text, so that a look at beginnings finds it. */
export function termsToIndex({ words, runs }: SearchedText): readonly string[] {
  return [...new Set([...words, ...runs.flatMap(pairsOf)].map(cut))]
}

export interface AskedTerms {
  /** All of them begin a term of each text that is to be found. */
  readonly terms: readonly string[]
  /** Whether every text with these terms is one to be found. */
  readonly isExact: boolean
}

/** What to ask an index of `termsToIndex`. */
export function termsToAsk({ words, runs }: SearchedText): AskedTerms {
  const pairs = runs.map((run) => {
    const all = pairsOf(run)
    return all.length > 1 ? all.slice(0, -1) : all
  })
  const all = [...new Set([...words, ...pairs.flat()])]
  const terms = [...new Set(all.map(cut))].sort((a, b) => b.length - a.length)
  return {
    terms: terms.slice(0, mostTerms),
    isExact: terms.length <= mostTerms && !all.some(isCut) && pairs.every((ofOneRun) => ofOneRun.length <= 1),
  }
}

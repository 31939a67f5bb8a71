/** What two spellings of a word have in common for somebody who searches: case, accents and width are folded. */
export const foldText = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim()

/** Letters that no accent makes of others. */
const apart: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** Folded text in the letters that people type who have no such key: `łukasz` is `lukasz`. */
export const plainLetters = (folded: string): string =>
  folded.replaceAll(/[ßæœøłđðþı]/g, (letter) => apart[letter] ?? letter)

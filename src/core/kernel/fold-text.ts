/** What two spellings of a word have in common for somebody who searches: case, accents and width are folded. */
export const foldText = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim()

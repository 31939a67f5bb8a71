import { foldText, plainLetters } from '../../kernel/fold-text.ts'

/*
 * What somebody who sprays passwords tries first: one word that fits everybody here, or this person, and around it a
 * year, a few digits, marks. The lists that judge single passwords do not know the person, nor this organisation.
 */

/** Seasons, months, days; what stands in the place of a password; what people here like and where they live. */
const everyday = `
  spring summer autumn fall winter
  january february march april may june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday
  password passwort contrasena pass word welcome willkommen bienvenido hello letmein changeme change reset
  admin administrator login signin user guest test testing temp temporary default secret master root access
  company office work school student teacher learner mentor staff member course class program
  qwerty qwertz azerty asdf zxcv qaz wsx
  football baseball basketball soccer hockey padres chargers lakers dodgers
  superman batman dragon monkey sunshine princess shadow iloveyou love jesus god blessed
  covid pandemic coffee america freedom california sandiego losangeles
`
  .trim()
  .split(/\s+/)

const organisation = [
  ...['tools', 'toolsinc', 'tools inc', 'sdtools', 'sdtoolsinc', 'mack', 'mackchat', 'mackprojekt'],
  ...['reentry', 'jobready', 'job readiness', 'chat', 'portal', 'platform'],
]

/** What looks alike, or is written for each other, is one letter here. */
const lookalikes: Readonly<Record<string, string>> = {
  ...{ 0: 'o', 1: 'i', 2: 'z', 3: 'e', 4: 'a', 5: 's', 6: 'g', 7: 't', 8: 'b', 9: 'g' },
  ...{ l: 'i', q: 'g', v: 'u' },
}
/** Marks that stand for a letter in some words and for themselves in others. */
const marks: Readonly<Record<string, string>> = {
  ...{ '@': 'a', $: 's', '!': 'i', '|': 'i', '+': 't', '(': 'c', '€': 'e', '£': 'i' },
}

/** A character, by what it looks like. */
interface Glyph {
  readonly shape: string
  readonly kind: 'letter' | 'digit' | 'mark'
}
type Word = readonly string[]

function glyphsOf(text: string, areMarksLetters: boolean): readonly Glyph[] {
  const folded = plainLetters(foldText(text))
  return [...folded].flatMap((character): readonly Glyph[] => {
    const asLetter = marks[character]
    if (asLetter !== undefined) return areMarksLetters ? [{ shape: asLetter, kind: 'mark' }] : []
    const kind = /\p{L}/u.test(character) ? 'letter' : /\p{N}/u.test(character) ? 'digit' : null
    return kind ? [{ shape: lookalikes[character] ?? character, kind }] : []
  })
}

/** In scripts that write a syllable or a word in one character, two make a name. */
const isWord = (word: Word): boolean =>
  word.length >= 3 ||
  (word.length === 2 &&
    word.every((shape) =>
      /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(shape),
    ))

/** As German speakers write umlauts where they have no key for them. */
const withoutUmlauts = (text: string): string =>
  text.normalize('NFC').replaceAll(/[äöü]/gi, (letter) => `${foldText(letter)}e`)

/** Forwards and backwards, the longest first. */
function wordsFrom(texts: readonly string[]): readonly Word[] {
  const words = new Map<string, Word>()
  for (const text of texts.flatMap((each) => [each, withoutUmlauts(each)])) {
    const word = glyphsOf(text, false).map(({ shape }) => shape)
    if (isWord(word)) for (const spelled of [word, word.toReversed()]) words.set(spelled.join(''), spelled)
  }
  return longestFirst([...words.values()])
}
const longestFirst = (words: readonly Word[]): readonly Word[] =>
  words.toSorted((a, b) => b.length - a.length)

const mostLettersBeside = 2
const mostDigitsBeside = 10

/** Takes the words out, and looks at what there is beside them. */
function isMadeOfGlyphs(given: readonly Glyph[], words: readonly Word[]): boolean {
  const left = [...given]
  let isAnyFound = false
  for (const word of words)
    for (let at = 0; at + word.length <= left.length; at++) {
      if (!word.every((shape, i) => left[at + i]?.shape === shape)) continue
      // Digits alone are a number, whatever they look like.
      if (!left.slice(at, at + word.length).some(({ kind }) => kind === 'letter')) continue
      isAnyFound = true
      left.splice(at, word.length, { shape: '', kind: 'mark' })
    }
  const count = (kind: Glyph['kind']) => left.filter((glyph) => glyph.kind === kind).length
  return isAnyFound && count('letter') <= mostLettersBeside && count('digit') <= mostDigitsBeside
}

/** Whether there is nothing to a password but these words, in any spelling, with digits and marks around them. */
const isMadeOf = (password: string, words: readonly Word[]): boolean =>
  [true, false].some((areMarksLetters) => isMadeOfGlyphs(glyphsOf(password, areMarksLetters), words))

export interface Owner {
  readonly email: string
  readonly name: string
}

const partsOf = (text: string): readonly string[] =>
  text.split(/[^\p{L}\p{M}\p{N}]+/u).filter((part) => part !== '')
/** A host whole, and its labels without the last, which says nothing. */
const labelsOf = (host: string): readonly string[] => [
  host,
  ...host
    .split('.')
    .slice(0, -1)
    .flatMap((label) => [label, ...partsOf(label)]),
]

/** A person's address and name: whole, and in parts. */
function wordsOf({ email, name }: Owner): readonly string[] {
  const [local = '', host = ''] = email.split('@')
  return [email, local, ...partsOf(local), ...labelsOf(host), name, ...partsOf(name)]
}

/** For whoever weighs passwords by how soon they are guessed. */
export const contextOf = (owner: Owner): readonly string[] =>
  [...organisation, ...wordsOf(owner)].filter((word) => word.length > 2)

/** `hosts`: under which names people know this service. */
export function createGuessedFirst(hosts: readonly string[]) {
  const common = wordsFrom([...everyday, ...organisation, ...hosts.flatMap(labelsOf)])
  return {
    isOfEverybody: (password: string): boolean => isMadeOf(password, common),
    isOfOwner: (password: string, owner: Owner): boolean => {
      const own = wordsFrom(wordsOf(owner))
      return isMadeOf(password, own) || isMadeOf(password, longestFirst([...own, ...common]))
    },
  }
}

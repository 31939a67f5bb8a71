import { z } from 'zod'
import { tidied } from './tidied.ts'

/*
 * Names that other people see. Nobody may look like nobody, like somebody else, or write over the lines around: a name
 * has something to see in it, reads in one direction, and stays within its line. Letters of every script are welcome,
 * with what their spelling needs.
 */

/** Scripts whose letters join, or stack: an invisible joiner between two of them is part of the spelling. */
const joining =
  '\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Nkoo}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}'
/** Signs that take a vowel away. A joiner after one says how the letter is written, also at the end of a word. */
const viramas =
  '\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D4D\\u0DCA\\u0F84\\u1039\\u103A\\u17D2'

const spelling = [
  '\\p{RGI_Emoji}',
  `(?<=[${joining}])[\\u200C\\u200D](?=[${joining}])`,
  `(?<=[${viramas}])[\\u200C\\u200D]`,
  '(?<=\\p{Script=Han})[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]',
  '(?<=\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]',
].join('|')
/** What shows nothing: marks for layout, fillers, a blank pattern of dots. Not what turns whole words around: see below. */
const unseen = '[[\\p{Default_Ignorable_Code_Point}\\u2800\\uFFF9-\\uFFFB]--[\\u202D\\u202E]]'
const unneeded = new RegExp(`(${spelling})|${unseen}`, 'gv')
const around = /^[\s\p{Bidi_Control}]+|[\s\p{Bidi_Control}]+$/gu

/** Without a character that any of this is about. */
const plain = /^[\x20-\x7e]*$/

/** The text without what nobody sees, such as clipboards and address books bring along, but for what spelling needs. */
export const withoutUnseen = (text: string): string =>
  plain.test(text)
    ? text.trim()
    : text
        .normalize('NFC')
        .replaceAll(/([\u200C\u200D])[\u200C\u200D]+/g, '$1')
        .replaceAll(unneeded, '$1')
        .replaceAll(around, '')
        .normalize('NFC')

const notControls = /^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]*$/u
const oneDirection = /^\P{Bidi_Control}*$/u
/** The most that a script stacks on one letter. Marks that go with any letter are stacked no higher than in Vietnamese. */
const withinItsLine = /^(?!.*\p{M}{7})(?!.*[\p{Script=Inherited}&&\p{M}]{4})/sv
const withLetter = /[\p{L}\p{N}]/u
const withSomethingToSee = /[\p{L}\p{N}\p{P}\p{S}]/u

/*
 * The same for the description, in what every language's patterns know, with and without Unicode: no `\p`. A name that
 * fits is refused only for what cannot be said so, such as nothing but signs of another script.
 */
const publishedLine =
  '(?![\\s\\S]*[\\u0300-\\u036f]{4})[^\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ue000-\\uf8ff]*'
const readable = {
  letter:
    '[\\s\\S]*[^\\x00-/:-@\\[-`{-\\xa9\\xab-\\xb4\\xb6-\\xb9\\xbb-\\xbf\\xd7\\xf7\\u02c2-\\u0370\\u2000-\\u2bff\\u3000-\\u3020\\ufe00-\\ufe6f\\uff00-\\uff0f]',
  anything:
    '[\\s\\S]*[^\\x00- \\x7f-\\xa0\\xad\\u0300-\\u036f\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\ufe00-\\ufe0f]',
} as const

export interface NameRule {
  readonly min: number
  readonly max: number
  /** What there has to be at least: for a person something that can be read out. */
  readonly has: 'letter' | 'anything'
}

/** A name as others see it: without what is unseen, in NFC, on one line. */
export const DisplayName = ({ min, max, has }: NameRule) =>
  tidied(
    withoutUnseen,
    z
      .string()
      .min(min, { abort: true })
      .max(max)
      .regex(notControls, 'Must not contain control characters.')
      .regex(oneDirection, 'Must not turn the direction of writing.')
      .regex(withinItsLine, 'Must not stack marks on one letter.')
      .regex(
        has === 'letter' ? withLetter : withSomethingToSee,
        has === 'letter' ? 'Must contain a letter or a number.' : 'Must contain something to see.',
      ),
    { longest: 4 * max, pattern: `^(?=${readable[has]})${publishedLine}$` },
  ).meta({ 'x-holds': 'display-name' })

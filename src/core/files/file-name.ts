import { withoutUnseen } from '../kernel/display-name.ts'
import { endingIn, endingOf, fitsEnding, isOtherEnding, type MediaType, typesEnding } from './media-types.ts'

/** As many UTF-16 units as NTFS, APFS and FAT have room for. */
const maxLength = 255
/** Longer is no name; nobody looks at what is beyond. */
const maxRead = 4_000

/** Names of devices: Windows opens the device, whatever the ending. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[\d¹²³])(?=\.|$)/i

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The first characters of a text, none of them cut: an emoji can be many units. */
function firstOf(text: string, length: number): string {
  if (text.length <= length) return text
  let end = 0
  for (const { index, segment } of graphemes.segment(text.slice(0, length + 64))) {
    if (index + segment.length > length) break
    end = index + segment.length
  }
  return text.slice(0, end)
}

/** Keeps the ending, so that what a name is cut to still says what it is. */
function shortened(name: string): string {
  if (name.length <= maxLength) return name
  const ending = endingIn(name)
  const behind = ending === '' ? '' : name.slice(-ending.length - 1)
  return firstOf(name.slice(0, name.length - behind.length), maxLength - behind.length).trimEnd() + behind
}

/**
 * A name that every system can store and every page can show, for whatever a phone, a camera or a person called a file. What has to
 * go becomes `_`; of a path the last part stays; a name of which nothing is left is `file`. Cleaning twice changes nothing.
 */
export function cleanFileName(raw: string): string {
  const name = raw.length > maxRead ? raw.slice(0, maxRead / 2) + raw.slice(-maxRead / 2) : raw
  const lines = name
    .toWellFormed()
    .replaceAll('\uFFFD', '')
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  const last =
    lines
      .replaceAll(/[/\\\s]+$/g, '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  const shown = withoutUnseen(last.replaceAll(/\p{Bidi_Control}/gu, ''))
    // macOS and Samba keep what Windows forbids in the private use area.
    .replaceAll(/[:*?"<>|\p{Co}\p{Noncharacter_Code_Point}]/gu, '_')
    .replaceAll(/([\p{Script=Inherited}&&\p{M}]{3})[\p{Script=Inherited}&&\p{M}]+/gv, '$1')
    .replaceAll(/(\p{M}{6})\p{M}+/gu, '$1')
    .replaceAll(/\s+/g, ' ')
  const bare = shown.replaceAll(/^[. ]+|[. ]+$/g, '')
  const alone = endingAlone(last)
  const hasStem = alone === '' && /[\p{L}\p{N}\p{P}\p{S}]/u.test(bare)
  const stem = hasStem ? bare : `file${alone}`
  return shortened(reserved.test(stem) ? `_${stem}` : stem)
}

/** Of a name that is an ending and nothing else, as `.pdf`. */
function endingAlone(name: string): string {
  const [, ending = ''] = /^\s*\.([A-Za-z\d]{1,12})\s*$/.exec(name) ?? []
  return typesEnding(ending.toLowerCase()).length > 0 ? `.${ending}` : ''
}

/** The name with the ending of what the file is: one of another type of ours is replaced, any other is a part of the name. */
export function namedAs(name: string, type: MediaType): string {
  if (fitsEnding(name, type)) return name
  const ending = endingIn(name)
  const isEnding = typesEnding(ending).length > 0 && !isOtherEnding(ending)
  return shortened(`${isEnding ? name.slice(0, -ending.length - 1) : name}.${endingOf(type)}`)
}

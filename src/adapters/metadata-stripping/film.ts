import { type Box, boxesIn, emptied, textOf } from './boxes.ts'
import type { FileWindow } from './file-window.ts'
import { type Patch, patched } from './patches.ts'
import { samplesOf } from './samples.ts'

/** What a player needs, by the box it lies in; everything else can hold anything, and becomes room. */
const needed: Readonly<Record<string, ReadonlySet<string>>> = {
  file: new Set([
    'ftyp',
    'styp',
    'moov',
    'moof',
    'mdat',
    'mfra',
    'wide',
    'sidx',
    'ssix',
    'pdin',
    'prft',
    'emsg',
  ]),
  moov: new Set(['mvhd', 'trak', 'mvex', 'iods', 'pssh']),
  trak: new Set(['tkhd', 'mdia', 'edts', 'tref', 'load', 'tapt', 'clip', 'matt', 'imap', 'txas', 'trgr']),
  mdia: new Set(['mdhd', 'hdlr', 'minf', 'elng']),
  moof: new Set(['mfhd', 'traf', 'pssh']),
  traf: new Set(['tfhd', 'tfdt', 'trun', 'sbgp', 'sgpd', 'subs', 'saiz', 'saio', 'senc', 'uuid', 'sdtp']),
}
const isRoom = (name: string) => name === 'free' || name === 'skip'
const dated = new Set(['mvhd', 'tkhd', 'mdhd'])
/** Tracks of places, faces and movements of the camera: they are neither seen nor heard. */
const unseenTrack = new Set(['meta', 'camm', 'mett', 'GPS ', 'djmd', 'dbgi'])
/** Some drones write where they are as subtitles. */
const placeTrack = /DJI|GoPro/i

interface Track {
  readonly isUnseen: boolean
  readonly table: Box | null
}

/** When it was made, and when it was changed: each 4 bytes, or 8 in the longer form. */
async function dates(window: FileWindow, { from, end }: Box): Promise<readonly Patch[]> {
  const version = (await window.view(from, 1))?.getUint8(0)
  const length = version === 1 ? 16 : 8
  const view = from + 4 + length <= end ? await window.view(from + 4, length) : null
  const isSet = view && new Uint8Array(view.buffer, view.byteOffset, length).some((byte) => byte !== 0)
  return isSet ? [{ at: from + 4, zeros: length }] : []
}

async function trackOf(window: FileWindow, track: Box): Promise<Track> {
  let isUnseen = false
  let table: Box | null = null
  const walk = async ({ from, end }: Box): Promise<void> => {
    for (const box of (await boxesIn(window, from, end)).boxes) {
      if (box.name === 'mdia' || box.name === 'minf') await walk(box)
      if (box.name === 'stbl') table = box
      const handler =
        box.name === 'hdlr' ? await window.view(box.from, Math.min(64, box.end - box.from)) : null
      // Within `minf` QuickTime has a second one, of the data.
      if (!handler || handler.byteLength < 12 || textOf(handler, 4) === 'dhlr') continue
      isUnseen ||=
        unseenTrack.has(textOf(handler, 8)) || placeTrack.test(textOf(handler, 0, handler.byteLength))
    }
  }
  await walk(track)
  return { isUnseen, table }
}

/** Whether there is anything but zeros in room that nobody reads. */
async function isEmpty(window: FileWindow, { from, end }: Box): Promise<boolean> {
  for (let at = from; at < end; at += 32_768) {
    const view = await window.view(at, Math.min(32_768, end - at))
    if (!view || new Uint8Array(view.buffer, view.byteOffset, view.byteLength).some((byte) => byte !== 0))
      return false
  }
  return true
}

/** MP4 and QuickTime, films and sound. Nothing moves: what goes becomes room, so that what points into the file stays right. */
export async function stripFilm(window: FileWindow): Promise<ReturnType<typeof patched> | null> {
  const patches: Patch[] = []
  let isFragmented = false
  let hasFilm = false
  const unseen: Box[] = []

  const isCutOff = async () => {
    const { rest } = await boxesIn(window, 0, window.size)
    const header = await window.view(rest, 8)
    return header !== null && /^[\w ]{4}$/.test(textOf(header, 4))
  }
  const walk = async (name: string, from: number, end: number): Promise<void> => {
    const { boxes, rest } = await boxesIn(window, from, end)
    for (const box of boxes) {
      if (isRoom(box.name)) {
        if (!(await isEmpty(window, box))) patches.push({ at: box.from, zeros: box.end - box.from })
        continue
      }
      if (!needed[name]?.has(box.name)) {
        patches.push(...emptied(box))
        continue
      }
      if (dated.has(box.name)) patches.push(...(await dates(window, box)))
      isFragmented ||= box.name === 'moof'
      hasFilm ||= box.name === 'moov'
      if (box.name === 'trak') {
        const { isUnseen, table } = await trackOf(window, box)
        if (isUnseen) {
          if (table) unseen.push(table)
          patches.push(...emptied(box))
          continue
        }
      }
      if (needed[box.name]) await walk(box.name, box.from, box.end)
    }
    // A zero of four bytes ends some boxes of QuickTime.
    if (rest < end) patches.push({ at: rest, zeros: end - rest })
  }

  await walk('file', 0, window.size)
  // Without it nothing plays: the file was cut off, or is none.
  if (!hasFilm) return (await isCutOff()) ? null : 'unchanged'
  if (unseen.length > 0 && isFragmented) return null
  for (const table of unseen) {
    const samples = await samplesOf(window, table)
    if (!samples) return null
    patches.push(...samples.map(({ at, length }) => ({ at, zeros: length })))
  }
  return patched(window.size, patches)
}

import type { FileWindow } from './file-window.ts'
import { type Patch, patched } from './patches.ts'

const [ebml, segment, cluster, info, tags, attachments, chapters, voidId] = [
  0x1a45dfa3, 0x18538067, 0x1f43b675, 0x1549a966, 0x1254c367, 0x1941a469, 0x1043a770, 0xec,
]
/** Room is an element too. What is written in these is read by nobody who plays it. */
const unneeded = new Set([tags, attachments, chapters, voidId])
/** Of the facts about a recording: its title, its date, the names of files before and after, and what wrote it. */
const unneededFacts = new Set([
  0x7ba9, 0x4461, 0x7384, 0x3c83ab, 0x3eb923, 0x73a4, 0x4444, 0x3cb923, 0x3e83bb,
])
/** Programs that have to be named: names of nobody. */
const programs = new Set([0x4d80, 0x5741])

interface Element {
  readonly id: number
  readonly at: number
  readonly from: number
  readonly end: number
}

async function elementAt(window: FileWindow, at: number, end: number): Promise<Element | null> {
  const header = await window.view(at, Math.min(12, end - at))
  if (!header || header.byteLength < 2) return null
  const idBytes = Math.clz32(header.getUint8(0)) - 23
  if (idBytes > 4 || idBytes >= header.byteLength) return null
  let id = 0
  for (let i = 0; i < idBytes; i++) id = id * 256 + header.getUint8(i)
  const first = header.getUint8(idBytes)
  const sizeBytes = Math.clz32(first) - 23
  if (sizeBytes > 8 || idBytes + sizeBytes > header.byteLength) return null
  let size = first & (0xff >> sizeBytes)
  let isUnknown = size === 0xff >> sizeBytes
  for (let i = 1; i < sizeBytes; i++) {
    const byte = header.getUint8(idBytes + i)
    isUnknown &&= byte === 0xff
    size = size * 256 + byte
  }
  const from = at + idBytes + sizeBytes
  return { id, at, from, end: isUnknown ? end : Math.min(end, from + size) }
}

/** An element of no content, as long as what was there: one byte of name, eight or one of length. */
function room(at: number, length: number): readonly Patch[] {
  if (length < 2) return [{ at, zeros: length }]
  const header = new Uint8Array(length < 9 ? 2 : 9)
  header[0] = voidId
  if (length < 9) header[1] = 0x80 | (length - 2)
  else {
    const view = new DataView(header.buffer)
    view.setUint32(1, Math.floor((length - 9) / 2 ** 32) | 0x01000000)
    view.setUint32(5, (length - 9) >>> 0)
  }
  return [
    { at, bytes: header },
    { at: at + header.byteLength, zeros: length - header.byteLength },
  ]
}

/** WebM: nothing moves, what goes becomes room. */
export async function stripWebm(window: FileWindow): Promise<ReturnType<typeof patched> | null> {
  const patches: Patch[] = []
  const walk = async (from: number, end: number): Promise<void> => {
    for (let at = from; at < end; ) {
      const element = await elementAt(window, at, end)
      if (!element) {
        patches.push({ at, zeros: end - at })
        return
      }
      if (element.id === segment) await walk(element.from, element.end)
      else if (element.id === info) await walkFacts(element)
      else if (unneeded.has(element.id)) patches.push(...room(element.at, element.end - element.at))
      // A cluster of a live recording does not say how long it is: what it holds is walked as its neighbors are.
      at = element.id === cluster && element.end === end ? element.from : element.end
    }
  }
  const walkFacts = async ({ from, end }: Element): Promise<void> => {
    for (let at = from; at < end; ) {
      const fact = await elementAt(window, at, end)
      if (!fact) return
      if (unneededFacts.has(fact.id)) patches.push(...room(fact.at, fact.end - fact.at))
      if (programs.has(fact.id)) patches.push({ at: fact.from, zeros: fact.end - fact.from })
      at = fact.end
    }
  }
  const head = await elementAt(window, 0, window.size)
  if (head?.id !== ebml) return null
  await walk(head.end, window.size)
  return patched(window.size, patches)
}

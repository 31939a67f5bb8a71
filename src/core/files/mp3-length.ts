import { type RecordingBytes, viewOf } from './recording-bytes.ts'

const searchedBytes = 8 * 1024
const tagLength = 10

/** kbit/s of layer III, by the four bits of a frame's header. */
const bitrates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const bitrates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const rates = [44_100, 48_000, 32_000]

/** Where the sound begins: after a tag of version 2, which says how long it is seven bits a byte. */
async function soundStart({ read }: RecordingBytes): Promise<number> {
  const head = viewOf(await read(0, tagLength))
  if (head.text(0, 3) !== 'ID3') return 0
  const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (head.u8(at) & 0x7f), 0)
  return tagLength + size + ((head.u8(5) & 0x10) === 0 ? 0 : tagLength)
}

function frameAt(view: ReturnType<typeof viewOf>, at: number) {
  if (view.u8(at) !== 0xff || (view.u8(at + 1) & 0xe0) !== 0xe0) return null
  const version = (view.u8(at + 1) >> 3) & 3
  const layer = (view.u8(at + 1) >> 1) & 3
  const rate = rates[(view.u8(at + 2) >> 2) & 3]
  const isFirst = version === 3
  const bitrate = (isFirst ? bitrates1 : bitrates2)[view.u8(at + 2) >> 4]
  if (version === 1 || layer !== 1 || !rate || !bitrate) return null
  const isMono = view.u8(at + 3) >> 6 === 3
  return {
    sampleRate: rate / (isFirst ? 1 : version === 2 ? 2 : 4),
    samples: isFirst ? 1_152 : 576,
    bytesPerSecond: bitrate * 125,
    /** Where a recorder of changing bit rates says how many frames there are. */
    counted: at + 4 + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17),
  }
}

/** MP3: the number of frames where the first one says it, or the size by the bit rate. */
export async function readMp3Length(file: RecordingBytes): Promise<number | null> {
  const start = await soundStart(file)
  const view = viewOf(await file.read(start, searchedBytes))
  for (let at = 0; at + 4 < view.length; at++) {
    const frame = frameAt(view, at)
    if (!frame) continue
    const secondsOf = (frames: number) => (frames * frame.samples) / frame.sampleRate
    const name = view.text(frame.counted, 4)
    if ((name === 'Xing' || name === 'Info') && (view.u32(frame.counted + 4) & 1) === 1)
      return secondsOf(view.u32(frame.counted + 8))
    if (view.text(at + 36, 4) === 'VBRI') return secondsOf(view.u32(at + 50))
    return (file.size - start - at) / frame.bytesPerSecond
  }
  return null
}

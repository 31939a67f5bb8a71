import { describe, expect, test } from 'vitest'
import type { MediaType } from '../../../src/core/files/media-types.ts'
import { readRecordingLength } from '../../../src/core/files/recording-length.ts'
import { createTestApp } from '../../app.ts'
import { complete, enrol, newCourse, signUp, staffMember } from '../learning/course-people.ts'
import { uploadFile } from './upload.ts'

const numbers = (...values: readonly number[]) => Buffer.from(values)
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const u64 = (value: number) => Buffer.concat([u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32)])
const box = (type: string, ...content: readonly Buffer[]) => {
  const body = Buffer.concat(content)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}
const ftyp = box('ftyp', Buffer.from('isom'), u32(512), Buffer.from('isomiso2'))
const mvhd = (timescale: number, duration: number) =>
  box('mvhd', u32(0), u32(0), u32(0), u32(timescale), u32(duration), Buffer.alloc(80))
const longMvhd = (timescale: number, duration: number) =>
  box('mvhd', u32(0x0100_0000), u64(0), u64(0), u32(timescale), u64(duration), Buffer.alloc(80))
const mdat = box('mdat', Buffer.alloc(300_000, 7))
const longMdat = Buffer.concat([u32(1), Buffer.from('mdat'), u64(300_016), Buffer.alloc(300_000, 7)])

const element = (id: string, content: Buffer) => {
  const size = Buffer.from([
    0x10 | (content.length >> 24),
    content.length >> 16,
    content.length >> 8,
    content.length,
  ])
  return Buffer.concat([Buffer.from(id, 'hex'), size, content])
}
const float = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}
const ebml = element('1a45dfa3', element('4282', Buffer.from('webm')))
const live = (...content: readonly Buffer[]) =>
  Buffer.concat([ebml, Buffer.from('1853806701ffffffffffffff', 'hex'), ...content])
const info = (...content: readonly Buffer[]) =>
  element('1549a966', Buffer.concat([element('2ad7b1', numbers(0x0f, 0x42, 0x40)), ...content]))
const cluster = (at: number, ...blocks: readonly number[]) =>
  Buffer.concat([
    Buffer.from('1f43b67501ffffffffffffff', 'hex'),
    element('e7', u32(at)),
    ...blocks.map((block) => element('a3', numbers(0x81, block >> 8, block & 255, 0x80, 1, 2, 3))),
  ])

const oggPage = (granule: number, content: Buffer) => {
  const head = Buffer.alloc(27)
  head.write('OggS')
  head.writeBigInt64LE(BigInt(granule), 6)
  head[26] = 1
  return Buffer.concat([head, numbers(content.length), content])
}
const opusHead = Buffer.concat([Buffer.from('OpusHead'), numbers(1, 1, 0x38, 1), Buffer.alloc(7)])
const vorbisHead = Buffer.concat([
  numbers(1),
  Buffer.from('vorbis'),
  Buffer.alloc(5),
  numbers(0x44, 0xac, 0, 0),
  Buffer.alloc(14),
])

/** Layer III, 128 kbit/s, 44.1 kHz, two channels. */
const frame = Buffer.concat([numbers(0xff, 0xfb, 0x90, 0), Buffer.alloc(413)])
const xing = Buffer.concat([
  numbers(0xff, 0xfb, 0x90, 0),
  Buffer.alloc(32),
  Buffer.from('Xing'),
  u32(1),
  u32(1_000),
  Buffer.alloc(300),
])
const id3 = Buffer.concat([Buffer.from('ID3'), numbers(4, 0, 0, 0, 0, 2, 0), Buffer.alloc(256, 0xff)])

async function lengthOf(type: MediaType, ...pieces: readonly Buffer[]) {
  const bytes = new Uint8Array(Buffer.concat(pieces))
  let read = 0
  const seconds = await readRecordingLength(type, {
    size: bytes.byteLength,
    async read(offset, length) {
      read += Math.min(length, Math.max(0, bytes.byteLength - offset))
      return bytes.subarray(offset, offset + length)
    },
  })
  return { seconds, read }
}

describe('how long a recording plays', () => {
  test.each<[string, MediaType, readonly Buffer[], number | null]>([
    ['MP4 with its header first', 'video/mp4', [ftyp, box('moov', mvhd(1_000, 110_000)), mdat], 110],
    ['MP4 with its header last', 'video/mp4', [ftyp, mdat, box('moov', mvhd(600, 18_300))], 30.5],
    ['MP4 of more than 4 GB', 'video/mp4', [ftyp, longMdat, box('moov', longMvhd(90_000, 9_000_000))], 100],
    ['MOV', 'video/quicktime', [box('wide'), mdat, box('moov', box('free'), mvhd(600, 600))], 1],
    ['M4A', 'audio/mp4', [ftyp, box('moov', mvhd(44_100, 44_100 * 3)), mdat], 3],
    [
      'MP4 in fragments that says how long it will be',
      'video/mp4',
      [ftyp, box('moov', mvhd(1_000, 0), box('mvex', box('mehd', u32(0), u32(5_000)))), mdat],
      5,
    ],
    [
      'MP4 in fragments with an index',
      'video/mp4',
      [
        ftyp,
        box('moov', mvhd(1_000, 0)),
        box(
          'sidx',
          u32(0),
          u32(1),
          u32(1_000),
          u32(0),
          u32(0),
          numbers(0, 0, 0, 2),
          u32(9),
          u32(4_000),
          u32(0),
          u32(9),
          u32(2_500),
          u32(0),
        ),
        mdat,
      ],
      6.5,
    ],
    ['MP4 that does not know', 'video/mp4', [ftyp, box('moov', mvhd(1_000, 0xffff_ffff)), mdat], null],
    ['MP4 without a time scale', 'video/mp4', [ftyp, box('moov', mvhd(0, 9)), mdat], null],
    ['MP4 that was cut off', 'video/mp4', [ftyp, mdat.subarray(0, 1_000)], null],
    [
      'MP4 whose boxes go nowhere',
      'video/mp4',
      [ftyp, ...Array.from({ length: 9_000 }, () => box('free'))],
      null,
    ],
    ['MP4 with a box shorter than its own head', 'video/mp4', [ftyp, u32(4), Buffer.from('moov')], null],
    ['MP4 of a hundred years', 'video/mp4', [ftyp, box('moov', mvhd(1, 3_200_000_000)), mdat], null],
    ['WebM', 'video/webm', [live(info(element('4489', float(12_345))), cluster(0, 1))], 12.345],
    ['WebM of a recorder', 'video/webm', [live(info(), cluster(0, 40), cluster(4_000, 20, 980))], 4.98],
    ['WebM without anything', 'audio/webm', [ebml], null],
    [
      'OGG with Opus',
      'audio/ogg',
      [oggPage(0, opusHead), Buffer.alloc(90_000), oggPage(48_312, Buffer.alloc(9))],
      1,
    ],
    ['OGG with Vorbis', 'audio/ogg', [oggPage(0, vorbisHead), oggPage(88_200, Buffer.alloc(9))], 2],
    ['OGG of something else', 'audio/ogg', [oggPage(0, Buffer.from('fishead!'))], null],
    ['MP3 of one bit rate', 'audio/mpeg', Array.from({ length: 100 }, () => frame), 2.606],
    ['MP3 with a count of frames, after a tag', 'audio/mpeg', [id3, xing, mdat], 26.122],
    ['MP3 of nothing', 'audio/mpeg', [Buffer.alloc(9_000)], null],
    ['a paper', 'application/pdf', [Buffer.from('%PDF-1.7')], null],
  ])('%s', async (_, type, pieces, expected) => {
    const { seconds, read } = await lengthOf(type, ...pieces)
    expect(seconds).toBe(expected)
    expect(read).toBeLessThan(1_300_000)
  })

  test('no prefix of a file, and no noise in it, throws or reads without end', async () => {
    const whole = Buffer.concat([ftyp, box('moov', mvhd(1_000, 110_000)), box('mdat', Buffer.alloc(64))])
    const webm = live(info(element('4489', float(12_345))), cluster(0, 1))
    for (const [type, bytes] of [
      ['video/mp4', whole],
      ['video/webm', webm],
    ] as const)
      for (let at = 0; at < bytes.length; at++) {
        const noisy = Buffer.from(bytes)
        noisy[at] = 0xff
        await lengthOf(type, noisy)
        await lengthOf(type, bytes.subarray(0, at))
      }
  })
})

test('a video of 1:50 in a lesson of two minutes can be completed, and says its real length', async () => {
  const testApp = await createTestApp()
  const mentor = await staffMember(testApp, 'Mara', 'mentor')
  const { id: courseId } = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body
  const film = await uploadFile(testApp, mentor, {
    bytes: new Uint8Array(Buffer.concat([ftyp, mdat, box('moov', mvhd(1_000, 109_440))])),
    fileName: 'film.mp4',
    fileType: 'video/mp4',
    category: 'course-video',
  })
  expect(film.durationSeconds).toBe(109.44)
  const path = `/api/v1/courses/${courseId}/lessons`
  const add = (body: object) => mentor.call('POST', path, { body: { title: 'Film', ...body } })
  const own = await add({ videoFileId: film.id, watchPercent: 95 })
  expect(own.body).toMatchObject({ duration: 2, durationSeconds: 110, videoSeconds: 109.44 })
  const said = (await add({ videoUrl: 'https://example.com/a.mp4', duration: 2, watchPercent: 95 })).body
  const short = (await add({ videoUrl: 'https://example.com/b.mp4', duration: 1, watchPercent: 95 })).body
  expect(await add({ watchPercent: 50 })).toMatchObject({
    status: 400,
    body: { error: { details: [{ path: 'watchPercent', code: 'nothing_to_measure' }] } },
  })
  expect((await mentor.call('PATCH', `${path}/${said.id}`, { body: { duration: 0 } })).status).toBe(400)
  expect((await add({ duration: 1, minimumSeconds: 86_400 })).body.warnings).toMatchObject([
    { path: 'minimumSeconds', code: 'longer_than_lesson' },
  ])
  await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  const learner = await signUp(testApp, 'Lena')
  await enrol(learner.call, courseId)
  for (const [lesson, seconds] of [
    [own.body, 109],
    [said, 110],
    [short, 30],
  ] as const) {
    expect((await complete(learner.call, courseId, lesson.id)).status).toBe(409)
    const startedAt = new Date(testApp.clock.now()).toISOString()
    testApp.clock.advance(seconds * 1_000)
    const endedAt = new Date(testApp.clock.now()).toISOString()
    await learner.call('POST', `${path}/${lesson.id}/time`, {
      body: { events: [{ startedAt, endedAt, from: 0, to: seconds }] },
    })
    expect((await complete(learner.call, courseId, lesson.id)).status).toBe(200)
  }
})

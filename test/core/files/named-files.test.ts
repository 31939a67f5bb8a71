import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { categories, type FileCategory } from '../../../src/core/files/file-categories.ts'
import { cleanFileName, namedAs } from '../../../src/core/files/file-name.ts'
import { kindOf, mediaTypes, namesOf } from '../../../src/core/files/media-types.ts'
import { type Browser, createTestApp, signedInBrowser, type TestApp } from '../../app.ts'
import { bytesOf, docxOf, html, pdf, pngOf, zipOf } from './sample-files.ts'

type Bytes = Uint8Array<ArrayBuffer>
const fixture = (name: string): Bytes =>
  new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', name)))
const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const pptx = 'application/vnd.openxmlformats-officedocument.presentationml.presentation'
const odt = 'application/vnd.oasis.opendocument.text'

const picture = sharp({ create: { width: 24, height: 16, channels: 3, background: '#36c' } })
const encode = async (image: Sharp): Promise<Bytes> => new Uint8Array(await image.toBuffer())
const jpeg = await encode(picture.clone().jpeg())
const progressive = await encode(picture.clone().jpeg({ progressive: true }))
const png = await encode(picture.clone().png())
const webp = await encode(picture.clone().webp())
const gif = await encode(picture.clone().gif())
const frames = sharp([pngOf(8, 8), pngOf(8, 8, 'other')].map(Buffer.from), { join: { animated: true } })
const movingGif = await encode(frames.clone().gif())
const movingWebp = await encode(frames.clone().webp())
/** With more about its colours before its pixels than the head that is sniffed. */
const longPng = joined(
  png.slice(0, 33),
  pngOf(1, 1, 'x'.repeat(20_000)).slice(33, 33 + 20_020),
  png.slice(33),
)

const openXml = (part: string, main: string, more: Record<string, Uint8Array> = {}): Bytes =>
  zipOf({
    '[Content_Types].xml': bytesOf(
      `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/${part}" ContentType="${main}"/></Types>`,
    ),
    [part]: bytesOf('<x/>'),
    ...more,
  })
const ofWord = 'application/vnd.openxmlformats-officedocument.wordprocessingml'
const ofExcel = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const ofPowerPoint = 'application/vnd.openxmlformats-officedocument.presentationml'
const spreadsheet = openXml('xl/workbook.xml', `${ofExcel}.sheet.main+xml`)
const slides = openXml('ppt/presentation.xml', `${ofPowerPoint}.presentation.main+xml`)
const wordOnline = openXml('word/document2.xml', `${ofWord}.document.main+xml`)
const macros = openXml('word/document.xml', 'application/vnd.ms-word.document.macroEnabled.main+xml', {
  'word/vbaProject.bin': bytesOf('macro'),
})
const hiddenMacros = openXml('word/document.xml', `${ofWord}.document.main+xml`, {
  'word/vbaProject.bin': bytesOf('macro'),
})
const template = openXml('word/document.xml', `${ofWord}.template.main+xml`)
const openDocument = (manifest: string, more: Record<string, Uint8Array> = {}) =>
  zipOf({
    mimetype: bytesOf(odt),
    'content.xml': bytesOf('<office:document-content/>'),
    'META-INF/manifest.xml': bytesOf(manifest),
    ...more,
  })

/** A file of the old kind whose directory names one stream. */
function oldOffice(stream: string): Bytes {
  const bytes = Buffer.alloc(2_048)
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  bytes.writeUInt16LE(9, 30)
  bytes.writeUInt32LE(1, 48)
  bytes.write('Root Entry', 1_024, 'utf16le')
  bytes.write(stream, 1_024 + 128, 'utf16le')
  return new Uint8Array(bytes)
}

const utf16 = (text: string, isBig = false): Bytes => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return new Uint8Array(isBig ? bytes.swap16() : bytes)
}
const western = new Uint8Array(Buffer.from('Name;Stra\xdfe\r\nJos\xe9 \x93Pepe\x94;\x80 12\r\n', 'latin1'))
const table = bytesOf('name,born\nAnn,2001\n')
const padded = (start: string, length = 600): Bytes => bytesOf(start.padEnd(length, '\0'))

interface Row {
  readonly is: string
  readonly bytes: Bytes
  readonly named: string
  /** What the browser calls it. */
  readonly says: string
  readonly category?: FileCategory
  /** The type, and the name where it is another one; or the code of the refusal. */
  readonly comes: readonly [type: string, name?: string] | string
}
const row = (
  is: string,
  bytes: Bytes,
  [named, says]: readonly [string, string],
  comes: Row['comes'],
  category: FileCategory = 'attachment',
): Row => ({ is, bytes, named, says, comes, category })

const rows: readonly Row[] = [
  // Voice
  row('a voice message of an iPhone', fixture('voice-safari.mp4'), ['voice.m4a', 'audio/mp4'], ['audio/mp4']),
  row('the same as Safari names it', fixture('voice-safari.mp4'), ['voice.mp4', 'audio/mp4'], ['audio/mp4']),
  row('the same, called a film', fixture('voice-safari.mp4'), ['voice.mp4', 'video/mp4'], ['audio/mp4']),
  row(
    'the same without a name',
    fixture('voice-safari.mp4'),
    ['blob', 'audio/mp4;codecs=mp4a.40.2'],
    ['audio/mp4', 'blob.m4a'],
  ),
  row('a recording of brand isom', fixture('voice-isom.m4a'), ['rec.m4a', 'audio/x-m4a'], ['audio/mp4']),
  row(
    'a voice memo in Chromium',
    fixture('voice-memo.m4a'),
    ['New Recording 4.m4a', 'audio/x-m4a'],
    ['audio/mp4'],
  ),
  row('a voice memo without a type', fixture('voice-memo.m4a'), ['New Recording.M4A', ''], ['audio/mp4']),
  row(
    'a recording of an old Android',
    fixture('voice-memo.m4a'),
    ['rec.m4a', 'audio/mp4a-latm'],
    ['audio/mp4'],
  ),
  row('a recording called audio/aac', fixture('voice-memo.m4a'), ['rec.m4a', 'audio/aac'], ['audio/mp4']),
  row('sound of Chromium', fixture('voice.webm'), ['voice.webm', 'audio/webm;codecs=opus'], ['audio/webm']),
  row('the same, called a film', fixture('voice.webm'), ['voice.webm', 'video/webm'], ['audio/webm']),
  row('the same as .weba', fixture('voice.webm'), ['voice.weba', ''], ['audio/webm']),
  row('sound of Firefox', fixture('voice.ogg'), ['voice.ogg', 'audio/ogg; codecs=opus'], ['audio/ogg']),
  row('the same as Firefox reads it', fixture('voice.ogg'), ['voice.ogg', 'video/ogg'], ['audio/ogg']),
  row(
    'a voice note of WhatsApp',
    fixture('voice.ogg'),
    ['PTT-20260102-WA0001.opus', 'audio/opus'],
    ['audio/ogg'],
  ),
  row('Vorbis', fixture('voice-vorbis.ogg'), ['voice.oga', 'application/ogg'], ['audio/ogg']),
  row('a song', fixture('song.mp3'), ['song.mp3', 'audio/mpeg'], ['audio/mpeg']),
  row('a song as Windows calls it', fixture('song.mp3'), ['SONG.MP3', 'audio/mp3'], ['audio/mpeg']),
  row('a song without tags', fixture('bare.mp3'), ['song.mp3', 'audio/x-mpeg'], ['audio/mpeg']),
  // Films
  row('a film of Android', fixture('film-android.mp4'), ['VID_20260102.mp4', 'video/mp4'], ['video/mp4']),
  row(
    'a film with its index in front',
    fixture('film-faststart.mp4'),
    ['film.mp4', ''],
    ['video/mp4'],
    'attachment',
  ),
  row(
    'a film recorded by Safari',
    fixture('film-fragmented.mp4'),
    ['film.mp4', 'video/mp4;codecs=avc1'],
    ['video/mp4'],
  ),
  row('a film of iTunes', fixture('film-android.mp4'), ['film.m4v', 'video/x-m4v'], ['video/mp4']),
  row(
    'a film of an iPhone',
    fixture('film-iphone.mov'),
    ['IMG_0001.MOV', 'video/quicktime'],
    ['video/quicktime'],
  ),
  row(
    'the same, called MP4',
    fixture('film-iphone.mov'),
    ['IMG_0001.mp4', 'video/mp4'],
    ['video/quicktime', 'IMG_0001.mov'],
  ),
  row('a film of Chromium', fixture('film.webm'), ['film.webm', 'video/webm;codecs=vp8'], ['video/webm']),
  row(
    'the same, called Matroska',
    fixture('film.webm'),
    ['film.webm', 'video/x-matroska;codecs=vp8'],
    ['video/webm'],
  ),
  // Pictures
  row('a photograph', jpeg, ['IMG_1.jpg', 'image/jpeg'], ['image/jpeg']),
  row('a progressive one', progressive, ['IMG_1.JPG', 'image/pjpeg'], ['image/jpeg']),
  row('one saved by Windows', jpeg, ['download.jfif', 'image/jpeg'], ['image/jpeg']),
  row(
    'one of a content provider of Android',
    jpeg,
    ['1000012345', 'image/jpeg'],
    ['image/jpeg', '1000012345.jpg'],
  ),
  row(
    'an iPhone’s, converted, with the old name',
    jpeg,
    ['IMG_0002.HEIC', 'image/heic'],
    ['image/jpeg', 'IMG_0002.jpg'],
  ),
  row(
    'a PNG',
    png,
    ['Screenshot 2026-01-02 at 10:30:00.png', 'image/png'],
    ['image/png', 'Screenshot 2026-01-02 at 10_30_00.png'],
  ),
  row('a PNG with much before its pixels', longPng, ['long.png', 'image/x-png'], ['image/png']),
  row('a WebP that is called a JPEG', webp, ['photo.jpg', 'image/jpeg'], ['image/webp', 'photo.webp']),
  row('a moving WebP', movingWebp, ['sticker.webp', ''], ['image/webp']),
  row('a GIF', gif, ['a.gif', 'application/octet-stream'], ['image/gif']),
  row('a moving GIF', movingGif, ['a.GIF', 'IMAGE/GIF'], ['image/gif']),
  row('a HEIC', fixture('photo.heic'), ['IMG_3.heic', 'image/heic'], ['image/heic']),
  row('the same in Chromium', fixture('photo.heic'), ['IMG_3.heic', 'image/heif'], ['image/heic']),
  row('the same in upper case, without a type', fixture('photo.heic'), ['IMG_3.HEIC', ''], ['image/heic']),
  row('the same as .heif', fixture('photo.heic'), ['IMG_3.heif', ''], ['image/heic']),
  row('the same of a camera', fixture('photo.heic'), ['DSC_3.HIF', 'binary/octet-stream'], ['image/heic']),
  row('a picture for a form', fixture('photo.heic'), ['IMG_3.HEIC', ''], ['image/heic'], 'form-attachment'),
  // Documents
  row('a PDF', pdf, ['a.pdf', 'application/pdf'], ['application/pdf']),
  row('a PDF of an old browser', pdf, ['a.PDF', 'application/x-pdf'], ['application/pdf'], 'document'),
  row('a PDF with an empty type', pdf, ['a.pdf', ''], ['application/pdf'], 'form-attachment'),
  row(
    'a PDF behind a newline',
    joined(bytesOf('\n'), pdf),
    ['a.pdf', 'application/pdf'],
    ['application/pdf'],
  ),
  row(
    'a PDF behind a BOM',
    joined(bytesOf('\uFEFF'), pdf),
    ['a.pdf', 'application/pdf'],
    ['application/pdf'],
  ),
  row(
    'a PDF behind the headers of a bad server',
    joined(bytesOf('HTTP/1.1 200 OK\r\nDate: x\r\n\r\n'), pdf),
    ['a.pdf', 'application/pdf'],
    ['application/pdf'],
  ),
  row('Word', docxOf(bytesOf('<w:document/>')), ['a.docx', docx], [docx]),
  row(
    'Word without Office installed',
    docxOf(bytesOf('<w:document/>')),
    ['a.docx', 'application/zip'],
    [docx],
    'document',
  ),
  row('Word of a browser', wordOnline, ['a.docx', ''], [docx], 'form-attachment'),
  row('Excel', spreadsheet, ['a.xlsx', 'application/vnd.ms-excel'], [xlsx]),
  row('PowerPoint', slides, ['a.PPTX', 'application/octet-stream'], [pptx]),
  row('LibreOffice', openDocument('<manifest:manifest/>'), ['a.odt', odt], [odt]),
  // Text
  row(
    'a table that begins as a bitmap does',
    bytesOf('BMI,weight\n22,70\n'),
    ['bmi.csv', 'text/csv'],
    ['text/csv'],
  ),
  row(
    'a table that begins as a program does',
    bytesOf('MZ,area\n1,2\n'),
    ['mz.csv', 'text/csv'],
    ['text/csv'],
  ),
  row('a table of Windows with Office', table, ['t.csv', 'application/vnd.ms-excel'], ['text/csv']),
  row('a table that is called plain text', table, ['t.csv', 'text/plain'], ['text/csv']),
  row('a table of Android', table, ['t.csv', 'text/comma-separated-values'], ['text/csv'], 'form-attachment'),
  row('a table in windows-1252', western, ['kunden.csv', 'text/csv'], ['text/csv']),
  row('Unicode text of Excel', utf16('name\tborn\r\nAnn\t2001'), ['t.txt', 'text/plain'], ['text/plain']),
  row('UTF-16 the other way around', utf16('name,born\nAnn,2001', true), ['t.csv', ''], ['text/csv']),
  row('text with a BOM', bytesOf('\uFEFFhéllo'), ['a.txt', 'text/plain'], ['text/plain']),
  row('text of DOS', bytesOf('hello\r\n\x1a'), ['A.TXT', ''], ['text/plain']),
  row(
    'notes about pages',
    bytesOf('To do: learn <html> and <script src=x>.'),
    ['notes.txt', 'text/plain'],
    ['text/plain'],
  ),
  row(
    'captions',
    bytesOf('WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n'),
    ['c.vtt', 'text/vtt'],
    ['text/vtt'],
    'document',
  ),

  // What is not on the list stays refused, whatever it calls itself.
  row('AVIF', fixture('picture.avif'), ['a.heic', 'image/heic'], 'type_mismatch'),
  row('AVIF under its name', fixture('picture.avif'), ['a.avif', 'image/avif'], 'type_not_allowed'),
  row('TIFF', fixture('picture.tiff'), ['a.jpg', 'image/jpeg'], 'type_mismatch'),
  row('BMP', fixture('picture.bmp'), ['a.png', ''], 'type_mismatch'),
  row('WAV', fixture('sound.wav'), ['a.mp3', 'audio/mpeg'], 'type_mismatch'),
  row('WAV under its name', fixture('sound.wav'), ['a.wav', 'audio/wav'], 'type_not_allowed'),
  row('FLAC', fixture('sound.flac'), ['a.ogg', 'audio/ogg'], 'type_mismatch'),
  row(
    'FLAC behind tags of MP3',
    joined(fixture('song.mp3').slice(0, 10), new Uint8Array(2_000), fixture('sound.flac')),
    ['a.mp3', 'audio/mpeg'],
    'type_mismatch',
  ),
  row('AAC without a container', fixture('sound.aac'), ['a.m4a', 'audio/mp4'], 'type_mismatch'),
  row('AVI', fixture('film.avi'), ['a.mp4', 'video/mp4'], 'type_mismatch'),
  row('Matroska', fixture('film.mkv'), ['a.webm', 'video/webm'], 'type_mismatch'),
  row('3GP', fixture('film.3gp'), ['a.mp4', 'video/mp4'], 'type_mismatch'),
  row('Theora', fixture('film.ogv'), ['a.ogg', 'audio/ogg'], 'type_mismatch'),
  row('a page', html, ['page.html', 'text/html'], 'type_not_allowed'),
  row('a page that is called text', html, ['page.txt', 'text/plain'], 'two_formats'),
  row('a page in UTF-16', utf16(' <html><script>alert(1)</script>'), ['page.txt', ''], 'two_formats'),
  row('a page without a type', html, ['page.html', ''], 'type_not_allowed'),
  row('a page that is called a PDF', html, ['page.pdf', ''], 'type_mismatch'),
  row(
    'a drawing',
    bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ['a.svg', 'image/svg+xml'],
    'type_not_allowed',
  ),
  row(
    'a drawing that is called text',
    bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ['a.csv', ''],
    'two_formats',
  ),
  row('rich text', bytesOf('{\\rtf1 hello}'), ['a.txt', 'text/plain'], 'type_mismatch'),
  row('a program', padded('MZ\x90'), ['a.txt', ''], 'type_mismatch'),
  row(
    'a program behind a page of text',
    joined(bytesOf('hello '.repeat(60_000)), padded('MZ\x90')),
    ['a.txt', 'text/plain'],
    'type_mismatch',
  ),
  row(
    'a program called a program',
    padded('MZ\x90'),
    ['a.exe', 'application/x-msdownload'],
    'type_not_allowed',
  ),
  row('a ZIP', zipOf({ 'a.txt': table }), ['a.docx', docx], 'type_mismatch'),
  row('a ZIP under its name', zipOf({ 'a.txt': table }), ['a.zip', 'application/zip'], 'type_not_allowed'),
  row('Word with macros', macros, ['a.docx', docx], 'macros'),
  row(
    'Word with macros under its name',
    macros,
    ['a.docm', 'application/vnd.ms-word.document.macroEnabled.12'],
    'type_not_allowed',
  ),
  row('Word with macros that it does not name', hiddenMacros, ['a.docx', ''], 'macros'),
  row(
    'LibreOffice with macros',
    openDocument('<m/>', { 'Basic/Standard/Module1.xml': table }),
    ['a.odt', odt],
    'macros',
  ),
  row('a template', template, ['a.docx', docx], 'type_mismatch'),
  row('Word with a password', oldOffice('EncryptedPackage'), ['a.docx', docx], 'encrypted'),
  row(
    'LibreOffice with a password',
    openDocument('<manifest:encryption-data/>'),
    ['a.odt', odt],
    'encrypted',
  ),
  row('old Word', oldOffice('WordDocument'), ['a.docx', docx], 'type_mismatch'),
  row(
    'old Word under its name',
    oldOffice('WordDocument'),
    ['a.doc', 'application/msword'],
    'type_not_allowed',
  ),
  row('captions that are none', bytesOf('Hello'), ['c.vtt', 'text/vtt'], 'type_mismatch', 'document'),
  // Two in one
  row(
    'a picture that is a ZIP',
    joined(jpeg, zipOf({ 'a.txt': table })),
    ['a.jpg', 'image/jpeg'],
    'two_formats',
  ),
  row(
    'the same with something behind it',
    joined(jpeg, zipOf({ 'a.txt': table }), new Uint8Array(900)),
    ['a.jpg', ''],
    'two_formats',
  ),
  row('a PDF that is a ZIP', joined(pdf, zipOf({ 'a.txt': table })), ['a.pdf', ''], 'two_formats'),
  row(
    'a ZIP that is a PDF',
    zipOf({
      ...{ '%PDF-1.7': pdf },
      '[Content_Types].xml': bytesOf(`<Override ContentType="${ofWord}.document.main+xml"/>`),
    }),
    ['a.docx', docx],
    'two_formats',
  ),
  row(
    'a page that is a PDF',
    joined(bytesOf('<html><script>1</script>'), pdf),
    ['a.pdf', 'application/pdf'],
    'two_formats',
  ),
  row(
    'a GIF that is a script',
    joined(bytesOf('GIF89a/*\x01\x01\0'), bytesOf('*/=1;<script >')),
    ['a.gif', 'image/gif'],
    'two_formats',
  ),
  row('a song that is a page', joined(fixture('song.mp3'), html), ['a.mp3', 'audio/mpeg'], 'two_formats'),
  row(
    'a film that is a PDF',
    joined(
      fixture('film-android.mp4').slice(0, 32),
      bytesOf('\0\0\0\x10free%PDF-1.7'),
      fixture('film-android.mp4').slice(32),
    ),
    ['a.mp4', 'video/mp4'],
    'two_formats',
  ),
]

let testApp: TestApp
let ann: Browser & { userId: string }
beforeAll(async () => {
  testApp = await createTestApp({ environment: { FILES_QUOTA_MB: '1000' } })
  ann = await signedInBrowser(testApp)
})

async function send(bytes: Bytes, fileName: string, fileType: string, category: FileCategory) {
  const announced = await ann.call('POST', '/api/v1/files/upload-url', {
    body: { fileName, fileType, fileSize: bytes.byteLength, category },
  })
  if (announced.status !== 200) return announced
  const { uploadUrl, method, headers, fileId } = announced.body
  expect((await testApp.app.request(uploadUrl, { method, headers, body: bytes })).status).toBe(201)
  return ann.call('POST', '/api/v1/files/complete', { body: { fileId } })
}

describe('as phones, cameras, browsers and offices call them', () => {
  test('there are more than sixty, and each type and each category is among them', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60)
    const taken = new Set(rows.flatMap(({ comes }) => (typeof comes === 'string' ? [] : [comes[0]])))
    // Packages of courses are for admins alone: see import-runs.test.ts.
    expect([...taken].toSorted()).toEqual(mediaTypes.filter((type) => kindOf(type) !== 'course').toSorted())
  })

  test.each(rows)('$is: $named, $says', async ({ bytes, named, says, category = 'attachment', comes }) => {
    const answer = await send(bytes, named, says, category)
    if (typeof comes === 'string') {
      expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ code: comes }] } } })
      return
    }
    const [mimeType, fileName = named] = comes
    expect(answer).toMatchObject({ status: 200, body: { mimeType, fileName, size: bytes.byteLength } })
    const { headers } = await ann.call('GET', `/api/v1/files/${answer.body.id}/download`)
    const served = await testApp.app.request(headers.get('location') ?? '')
    expect(served.headers.get('content-type')?.split(';')[0]).toBe(mimeType)
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes)
  })

  test('a text that is not in UTF-8 says so', async () => {
    const charsetOf = async (bytes: Bytes) => {
      const { body } = await send(bytes, 'a.csv', '', 'document')
      const { headers } = await ann.call('GET', `/api/v1/files/${body.id}/download`)
      return (await testApp.app.request(headers.get('location') ?? '')).headers.get('content-type')
    }
    expect(await charsetOf(western)).toBe('text/csv; charset=windows-1252')
    expect(await charsetOf(utf16('a,b'))).toBe('text/csv; charset=utf-16le')
    expect(await charsetOf(table)).toBe('text/csv')
  })

  test('every alias and every ending of every type is taken where the type is', async () => {
    for (const category of ['document', 'attachment', 'form-attachment', 'avatar'] as const)
      for (const type of categories[category].types) {
        const { endings, aliases = [] } = namesOf(type)
        for (const said of [
          type,
          type.toUpperCase(),
          `${type}; a=b`,
          '',
          'application/octet-stream',
          ...aliases,
        ])
          for (const ending of endings.flatMap((each) => [each, each.toUpperCase()])) {
            const { status } = await ann.call('POST', '/api/v1/files/upload-url', {
              body: { fileName: `a.${ending}`, fileType: said, fileSize: 1, category },
            })
            expect([category, said, ending, status]).toEqual([category, said, ending, 200])
          }
      }
  })

  test('fewer bytes than announced are refused as more are', async () => {
    for (const fileSize of [pdf.byteLength + 1, pdf.byteLength + 1_000]) {
      const { body } = await ann.call('POST', '/api/v1/files/upload-url', {
        body: { fileName: 'a.pdf', fileType: 'application/pdf', fileSize, category: 'document' },
      })
      await testApp.app.request(body.uploadUrl, { method: 'PUT', headers: body.headers, body: pdf })
      const done = await ann.call('POST', '/api/v1/files/complete', { body: { fileId: body.fileId } })
      expect([400, 404]).toContain(done.status)
    }
  })
})

const longEmoji = '👨‍👩‍👧‍👦'.repeat(60)
describe('a file is never refused for its name', () => {
  test.each([
    ['می‌خواهم.pdf', 'می‌خواهم.pdf'],
    ['क्‍ष.pdf', 'क्‍ष.pdf'],
    ['"quoted".pdf', '_quoted_.pdf'],
    ['what?.pdf', 'what_.pdf'],
    ['10:30 *new* <a|b>.pdf', '10_30 _new_ _a_b_.pdf'],
    ['../../etc/passwd.pdf', 'passwd.pdf'],
    ['C:\\fakepath\\scan.pdf', 'scan.pdf'],
    ['.pdf', 'file.pdf'],
    ['..', 'file.pdf'],
    ['', 'file.pdf'],
    [' \u200b ', 'file.pdf'],
    ['CON.pdf', '_CON.pdf'],
    ['com1', '_com1.pdf'],
    ['lpt¹.tar.pdf', '_lpt¹.tar.pdf'],
    ['invoice\u202efdp.pdf', 'invoicefdp.pdf'],
    ['a\r\nSet-Cookie: x=y.pdf', 'a Set-Cookie_ x=y.pdf'],
    ['nul\0byte.pdf', 'nul byte.pdf'],
    ['half \ud83d emoji.pdf', 'half emoji.pdf'],
    ['\udc00', 'file.pdf'],
    ['report.pdf. . ', 'report.pdf'],
    ['Letter of Mr.Jones', 'Letter of Mr.Jones.pdf'],
    ['v1.2', 'v1.2.pdf'],
    ['scan', 'scan.pdf'],
    ['A\u0301\u0302\u0303\u0304\u0305.pdf', 'Á\u0302\u0303\u0304.pdf'],
    ['😀.pdf', '😀.pdf'],
    ['x\uf022y.pdf', 'x_y.pdf'],
    [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(251)}.pdf`],
    [`${'ж'.repeat(9_000)}.pdf`, `${'ж'.repeat(251)}.pdf`],
    [`${longEmoji}.pdf`, `${'👨‍👩‍👧‍👦'.repeat(22)}.pdf`],
  ])('%j', async (given, kept) => {
    const byName = await send(pdf, given, 'application/pdf', 'document')
    expect(byName).toMatchObject({ status: 200, body: { fileName: kept } })
    const { body } = await ann.call('POST', '/api/v1/files/upload-url', {
      body: {
        fileName: 'a.pdf',
        fileType: 'application/pdf',
        fileSize: pdf.byteLength,
        category: 'document',
      },
    })
    await testApp.app.request(body.uploadUrl, { method: 'PUT', headers: body.headers, body: pdf })
    const renamed = { fileId: body.fileId, fileName: given }
    expect(await ann.call('POST', '/api/v1/files/complete', { body: renamed })).toMatchObject({
      status: 200,
      body: { fileName: kept },
    })
  })

  test('whatever it is, it comes out as one that every system stores, and stays as it is the second time', () => {
    const anyName = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(
            '..',
            '/',
            '\\',
            '.pdf',
            ' ',
            'CON',
            '.',
            '\u202e',
            '\ud800',
            '\0',
            'é',
            '👩‍🚒',
            '\u0301',
            'नी',
          ),
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(anyName, (raw) => {
        const name = cleanFileName(raw)
        expect(name).toMatch(/^(?![. ])[^\p{Cc}\p{Cs}\p{Bidi_Control}/\\:*?"<>|]{1,255}(?<![. ])$/u)
        expect(name.length).toBeLessThanOrEqual(255)
        expect(cleanFileName(name)).toBe(name)
        expect(namedAs(name, 'image/heic').length).toBeLessThanOrEqual(255)
      }),
      { numRuns: 2_000 },
    )
  })
})

import type { Browser, TestApp } from '../../app.ts'
import { bytesOf, mp4, pdf, pngOf } from './sample-files.ts'

const samples = {
  'course-video': { category: 'course-video', fileName: 'film.mp4', fileType: 'video/mp4', bytes: mp4 },
  captions: {
    fileName: 'film.vtt',
    fileType: 'text/vtt',
    bytes: bytesOf('WEBVTT\n\n00:00.000 --> 00:01.000\nHola.\n'),
    category: 'document',
  },
  thumbnail: {
    category: 'thumbnail',
    fileName: 'course.png',
    fileType: 'image/png',
    bytes: pngOf(8, 8),
  },
  avatar: { category: 'avatar', fileName: 'me.png', fileType: 'image/png', bytes: pngOf(8, 8) },
  document: { category: 'document', fileName: 'paper.pdf', fileType: 'application/pdf', bytes: pdf },
}

/** A completed upload of whoever calls; answers its id. */
export async function uploadAs(
  { app }: Pick<TestApp, 'app'>,
  call: Browser['call'],
  sample: keyof typeof samples,
): Promise<string> {
  const { bytes, ...announced } = samples[sample]
  const asked = await call('POST', '/api/v1/files/upload-url', {
    body: { ...announced, fileSize: bytes.byteLength },
  })
  await app.request(asked.body.uploadUrl, { method: 'PUT', headers: asked.body.headers, body: bytes })
  const { status, body } = await call('POST', '/api/v1/files/complete', {
    body: { fileId: asked.body.fileId },
  })
  if (status !== 200) throw new Error(`not uploaded: ${JSON.stringify(body)}`)
  return asked.body.fileId as string
}

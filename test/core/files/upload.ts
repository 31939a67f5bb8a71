import type { Browser, TestApp } from '../../app.ts'
import { bytesOf } from './sample-files.ts'

interface Upload {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly fileName: string
  readonly fileType: string
  readonly category: string
}

export const captionsInEnglish: Upload = {
  bytes: bytesOf('WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nWelcome.\n'),
  fileName: 'welcome.vtt',
  fileType: 'text/vtt',
  category: 'document',
}

/** All three steps: the file as completing it answers. */
export async function uploadFile(
  testApp: Pick<TestApp, 'app'>,
  { call }: Pick<Browser, 'call'>,
  { bytes, ...announced }: Upload,
) {
  const asked = await call('POST', '/api/v1/files/upload-url', {
    body: { ...announced, fileSize: bytes.byteLength },
  })
  if (asked.status !== 200) throw new Error(`not uploaded: ${JSON.stringify(asked.body)}`)
  const { uploadUrl, method, headers, fileId } = asked.body
  await testApp.app.request(uploadUrl, { method, headers, body: bytes })
  const done = await call('POST', '/api/v1/files/complete', { body: { fileId } })
  if (done.status !== 200) throw new Error(`not uploaded: ${JSON.stringify([asked.body, done.body])}`)
  return done.body
}

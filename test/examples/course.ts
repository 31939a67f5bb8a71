import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoPassword } from '../../entry/demo.ts'
import type { ChatServer } from '../pages/chat-server.ts'

/** A course with a film in it, written by staff. */
export async function writeCourse(chat: ChatServer): Promise<{ id: string; title: string }> {
  const { call } = await chat.signIn('admin@example.org', demoPassword)
  const film = readFileSync(join(import.meta.dirname, 'film.webm'))
  const announced = await call('POST', '/files/upload-url', {
    category: 'course-video',
    fileName: 'film.webm',
    fileType: 'video/webm',
    fileSize: film.byteLength,
  })
  const { pathname, search } = new URL(announced.uploadUrl)
  await fetch(chat.url + pathname + search, { method: 'PUT', headers: announced.headers, body: film })
  await call('POST', '/files/complete', { fileId: announced.fileId })
  const title = 'First day at work'
  const { id } = await call('POST', '/courses', {
    title,
    description: 'Where to be, and when.',
    category: 'tech',
    level: 'beginner',
  })
  for (const [name, more] of [
    ['Be there early', { videoFileId: announced.fileId }],
    ['Ask', {}],
  ] as const)
    await call('POST', `/courses/${id}/lessons`, { title: name, duration: 5, content: `# ${name}`, ...more })
  await call('POST', `/courses/${id}/publish`)
  return { id, title }
}

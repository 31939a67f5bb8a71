import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { fetchFile } from '../../src/client/fetch-file.ts'
import {
  type Auth,
  AuthProvider,
  type ConversationShown,
  useAuth,
  useConversation,
} from '../../src/client/react.ts'
import { uploadFile } from '../../src/client/upload-file.ts'

/*
 * What portal-in-browsers.test.ts runs: a chat in a page of another origin than the API, with nothing set but where that is.
 */

const page = {
  auth: undefined as Auth | undefined,
  chat: undefined as ConversationShown | undefined,
  uploadFile,
  fetchFile,
}
export type PortalPage = typeof page

function Chat({ id }: { readonly id: string }) {
  const chat = useConversation(id)
  page.chat = chat
  const lines = chat.messages.map(({ id: messageId, text }) => createElement('li', { key: messageId }, text))
  return createElement('ol', null, `${chat.status} ${chat.live} typing ${chat.typing.length}`, ...lines)
}

function Portal() {
  page.auth = useAuth()
  const id = location.hash.slice(1)
  if (!page.auth.isAuthenticated) return createElement('p', null, 'Please sign in')
  return id === '' ? createElement('p', null, 'Hello') : createElement(Chat, { id })
}

Object.assign(globalThis, { page })
const place = document.createElement('main')
document.body.append(place)
const baseUrl = new URLSearchParams(location.search).get('api') ?? ''
createRoot(place).render(createElement(AuthProvider, { baseUrl }, createElement(Portal)))

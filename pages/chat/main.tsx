import { effect } from '@preact/signals'
import { render } from 'preact'
import './state/appearance.ts'
import { start } from './start.ts'
import { totalUnread } from './state/conversations.ts'
import { forgetPlace } from './state/place.ts'
import { onLeaving } from './state/session.ts'
import { App } from './view/app.tsx'

onLeaving(forgetPlace)
effect(() => {
  const unread = totalUnread.value
  document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) MackChat` : 'MackChat'
})

const root = document.querySelector('#app')
if (root) {
  root.replaceChildren()
  render(<App />, root)
  void start()
}

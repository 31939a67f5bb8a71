import { effect } from '@preact/signals'
import { render } from 'preact'
import '../base/state/appearance.ts'
import { fault, loosely } from '../base/state/loosely.ts'
import { onLeaving } from '../base/state/session.ts'
import { start, startWith } from '../base/state/start.ts'
import { startChat } from './start.ts'
import { totalUnread } from './state/conversations.ts'
import { forgetPlace } from './state/place.ts'
import { App } from './view/app.tsx'

// What handlers of elements throw. What has no error of its own, such as what observers report, is none.
addEventListener('error', ({ error }) => error && fault(error))
addEventListener('unhandledrejection', ({ reason }) => fault(reason))

onLeaving(forgetPlace)
startWith(startChat)
effect(() => {
  const unread = totalUnread.value
  document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) MackChat` : 'MackChat'
})

const root = document.querySelector('#app')
if (root) {
  root.replaceChildren()
  render(<App />, root)
  loosely(start)
}

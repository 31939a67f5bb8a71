import { render } from 'preact'
import '../base/state/appearance.ts'
import { fault, loosely } from '../base/state/loosely.ts'
import { enter, onLeaving } from '../base/state/session.ts'
import { watchSession } from '../base/state/session-end.ts'
import { start, startWith } from '../base/state/start.ts'
import { leavePlace } from './state/place.ts'
import { readStaff } from './state/staff.ts'
import { App } from './view/app.tsx'

// What handlers of elements throw. What has no error of its own, such as what observers report, is none.
addEventListener('error', ({ error }) => error && fault(error))
addEventListener('unhandledrejection', ({ reason }) => fault(reason))

onLeaving(leavePlace)
startWith(async () => {
  if (!(await enter())) return
  await readStaff()
  watchSession()
})

const root = document.querySelector('#app')
if (root) {
  root.replaceChildren()
  render(<App />, root)
  loosely(start)
}

import { render } from 'preact'
import '../base/state/appearance.ts'
import { fault } from '../base/state/loosely.ts'
import { follow } from './state/seen.ts'
import { App } from './view/app.tsx'

// What handlers of elements throw. What has no error of its own, such as what observers report, is none.
addEventListener('error', ({ error }) => error && fault(error))
addEventListener('unhandledrejection', ({ reason }) => fault(reason))

const root = document.querySelector('#app')
if (root) {
  root.replaceChildren()
  render(<App />, root)
  follow()
}

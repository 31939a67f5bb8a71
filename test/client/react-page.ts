import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createAccount } from '../../src/client/account.ts'
import { type Auth, AuthProvider, type Courses, useAuth, useCourses } from '../../src/client/react.ts'

/*
 * What react.test.ts runs in a page: the hooks as a portal uses them, and what they last answered within reach of the test.
 */

const page = {
  auth: undefined as Auth | undefined,
  courses: undefined as Courses | undefined,
  shown: [] as string[],
  /** What the watch of the session waits for: the test has time pass. */
  waits: [] as { readonly ms: number; readonly work: () => void }[],
}
export type ReactPage = typeof page

function Portal() {
  const auth = useAuth()
  const courses = useCourses()
  page.auth = auth
  page.courses = courses
  const ends = auth.sessionWarning ? `, your session ends in ${auth.secondsLeft} s` : ''
  const text = auth.isAuthenticated ? `Hello ${auth.user?.name}${ends}` : 'Please sign in'
  if (page.shown.at(-1) !== text) page.shown.push(text)
  return createElement('p', null, text)
}

Object.assign(globalThis, { page })
const place = document.createElement('main')
document.body.append(place)
const account = createAccount({
  baseUrl: '',
  later(ms, work) {
    const wait = { ms, work }
    page.waits.push(wait)
    return () => void page.waits.splice(page.waits.indexOf(wait), page.waits.includes(wait) ? 1 : 0)
  },
})
createRoot(place).render(
  createElement(
    StrictMode,
    null,
    createElement(
      AuthProvider,
      { account, waiting: createElement('p', null, 'Wait') },
      createElement(Portal),
    ),
  ),
)

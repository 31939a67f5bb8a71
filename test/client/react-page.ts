import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { type Auth, AuthProvider, type Courses, useAuth, useCourses } from '../../src/client/react.ts'

/*
 * What react.test.ts runs in a page: the hooks as a portal uses them, and what they last answered within reach of the test.
 */

const page: { auth: Auth | undefined; courses: Courses | undefined; shown: string[] } = {
  auth: undefined,
  courses: undefined,
  shown: [],
}
export type ReactPage = typeof page

function Portal() {
  const auth = useAuth()
  const courses = useCourses()
  page.auth = auth
  page.courses = courses
  const text = auth.isAuthenticated ? `Hello ${auth.user?.name}` : 'Please sign in'
  if (page.shown.at(-1) !== text) page.shown.push(text)
  return createElement('p', null, text)
}

Object.assign(globalThis, { page })
const place = document.createElement('main')
document.body.append(place)
createRoot(place).render(
  createElement(AuthProvider, { waiting: createElement('p', null, 'Wait') }, createElement(Portal)),
)

import { signal } from '@preact/signals'
import { loosely } from '../../base/state/loosely.ts'

/**
 * Where one is, as the fragment of the address says it: `#/forms/<id>/history`. It never reaches a server or its log, and
 * holds ids and words of this page alone, never what somebody typed: a search by name is not in it.
 */
export interface Place {
  readonly screen: string
  readonly id: string | null
  /** A part of what has this id, such as one lesson of a course. */
  readonly part: string | null
}

const home: Place = { screen: 'today', id: null, part: null }

function read(): Place {
  const [screen = '', id = '', part = ''] = location.hash.replace(/^#\/?/, '').split('/')
  return { screen: screen || home.screen, id: id || null, part: part || null }
}

/** The address of a place, for links. */
export const addressOf = (screen: string, id: string | null = null, part: string | null = null): string =>
  `#/${[screen, id, part].filter((each) => each !== null).join('/')}`

export const place = signal<Place>(read())

function look(): void {
  const found = read()
  const before = place.peek()
  if (found.screen !== before.screen || found.id !== before.id || found.part !== before.part)
    place.value = found
}
addEventListener('hashchange', () => loosely(look))
addEventListener('popstate', () => loosely(look))

export function go(screen: string, id: string | null = null, part: string | null = null): void {
  history.pushState(null, '', location.pathname + addressOf(screen, id, part))
  look()
}

/** The same where the place before is none to come back to. */
export function replacePlace(screen: string, id: string | null = null): void {
  history.replaceState(null, '', location.pathname + addressOf(screen, id))
  look()
}

/** Whoever comes next begins at the beginning. */
export function leavePlace(): void {
  history.replaceState(null, '', location.pathname)
  place.value = home
}

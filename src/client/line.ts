import { createFloor, type Failing, type Floor } from './floor.ts'

/** `ours`: the API answered; `foreign`: something in between did; `silence`: nothing did in time. */
export type Evidence = 'ours' | 'foreign' | 'silence'

/** `foreign`: the network answers in place of the API, as one does that wants people to sign in to it first. */
export type LineState = 'unknown' | 'up' | 'down' | 'foreign'

/** What is used of a page. */
export interface Page {
  listen(signal: 'online' | 'offline' | 'visible' | 'hidden', listener: () => void): () => void
  isVisible(): boolean
  isOnline(): boolean
}

export interface LineOptions extends Failing {
  /** Default: the page this runs in, where there is one. */
  readonly page?: Page
}

/** Elsewhere than in a browser: always looked at, always online. */
export function findPage(floor: Floor = createFloor()): Page {
  const { document, navigator } = globalThis as Partial<Pick<Window, 'document' | 'navigator'>>
  const isVisible = () => document?.visibilityState !== 'hidden'
  const listenTo = (target: EventTarget | undefined, name: string, listener: () => void) => {
    const floored = () => floor(listener)
    target?.addEventListener?.(name, floored)
    return () => target?.removeEventListener?.(name, floored)
  }
  return {
    isVisible,
    isOnline: () => navigator?.onLine !== false,
    listen(signal, listener) {
      if (signal === 'online' || signal === 'offline')
        return listenTo(globalThis as unknown as EventTarget, signal, listener)
      const isWanted = () => isVisible() === (signal === 'visible')
      const stops = [
        listenTo(document, 'visibilitychange', () => isWanted() && listener()),
        // Out of the back/forward cache.
        signal === 'visible'
          ? listenTo(globalThis as unknown as EventTarget, 'pageshow', listener)
          : () => {},
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

/**
 * What is known of the way to the API, by what became of requests: a browser calls itself online wherever there is a cable.
 * Whatever asks notes what came of it; whatever waits hears when it is worth trying again.
 */
export function createLine({ onError, page: given }: LineOptions = {}) {
  const floor = createFloor(onError)
  const page = given ?? findPage(floor)
  let state: LineState = page.isOnline() ? 'unknown' : 'down'
  const watching = new Set<(state: LineState) => void>()
  const waiting = new Set<() => void>()
  const turn = (next: LineState) => {
    if (next === state) return
    state = next
    for (const listener of [...watching]) floor(() => listener(next))
  }
  const comeBack = () => {
    for (const listener of [...waiting]) floor(listener)
  }
  page.listen('offline', () => turn('down'))
  page.listen('online', () => {
    turn('unknown')
    comeBack()
  })
  page.listen('visible', comeBack)

  return {
    page,
    state: (): LineState => state,
    note(evidence: Evidence): void {
      const before = state
      turn(evidence === 'ours' ? 'up' : evidence === 'foreign' ? 'foreign' : 'down')
      if (evidence === 'ours' && (before === 'down' || before === 'foreign')) comeBack()
    },
    /** It is worth trying again whatever was waited for, such as after the computer slept. */
    comeBack,
    /** Answers what stops it. */
    onChange(listener: (state: LineState) => void): () => void {
      watching.add(listener)
      return () => void watching.delete(listener)
    },
    /** Answers what stops it. */
    onReturn(listener: () => void): () => void {
      waiting.add(listener)
      return () => void waiting.delete(listener)
    },
  }
}

export type Line = ReturnType<typeof createLine>

import { signal } from '@preact/signals'
import { loosely } from '../../base/state/loosely.ts'

export type Panel = 'search' | 'members' | 'pins' | 'threads' | 'thread' | 'invitations' | 'reports'

/** Where one is, as the address says it: the way back of a phone works, and a reload ends up at the same place. */
export interface Place {
  readonly conversationId: string | null
  readonly panel: Panel | null
  /** Which thread, where the panel is one. */
  readonly threadId: string | null
  readonly invitation: string | null
}

const nowhere: Place = { conversationId: null, panel: null, threadId: null, invitation: null }

function read(): Place {
  const parts = new URLSearchParams(location.hash.slice(1))
  return {
    conversationId: parts.get('conversation'),
    panel: parts.get('panel') as Panel | null,
    threadId: parts.get('thread'),
    invitation: parts.get('invitation'),
  }
}

function hashOf({ conversationId, panel, threadId, invitation }: Place): string {
  const parts = new URLSearchParams()
  if (conversationId) parts.set('conversation', conversationId)
  if (panel) parts.set('panel', panel)
  if (threadId) parts.set('thread', threadId)
  if (invitation) parts.set('invitation', invitation)
  const text = parts.toString()
  return text === '' ? '' : `#${text}`
}

export const place = signal<Place>(read())
addEventListener('popstate', () =>
  loosely(() => {
    place.value = read()
  }),
)

export function go(change: Partial<Place>, { replaces = false } = {}): void {
  const next = { ...place.value, ...change }
  const hash = hashOf(next)
  if (hash === hashOf(place.value)) return
  const address = location.pathname + location.search + hash
  if (replaces) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  place.value = next
}

export const openConversation = (conversationId: string): void => go({ ...nowhere, conversationId })
export const closeConversation = (): void => go(nowhere)
export const openPanel = (panel: Panel, threadId: string | null = null): void => go({ panel, threadId })
export const closePanel = (): void => go({ panel: null, threadId: null })
export const forgetPlace = (): void =>
  go({ ...nowhere, invitation: place.value.invitation }, { replaces: true })

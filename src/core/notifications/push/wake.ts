import type { Wake } from '../../../ports/pusher.ts'
import type { Language } from '../../kernel/language.ts'

/*
 * All that a device is ever told. It stands on locked screens, where others read it: no name, not even ours, nothing of
 * what it is about, and the same for everything that happens.
 */
const words: Readonly<Record<Language, { readonly title: string; readonly body: string }>> = {
  en: { title: 'Something new', body: 'Open to see it.' },
  es: { title: 'Algo nuevo', body: 'Abra para verlo.' },
}

/** A badge says that there are some; how many exactly above this is nobody's business. */
const highestBadge = 99

export const wakeOf = (to: {
  readonly language: Language
  readonly origin: string
  readonly opaque: string
  readonly topic: string
  readonly badge: number
}): Wake => ({
  web_push: 8030,
  notification: {
    ...words[to.language],
    lang: to.language,
    dir: 'auto',
    navigate: `${to.origin}/open/${to.opaque}`,
    tag: to.topic,
  },
  app_badge: Math.min(to.badge, highestBadge),
})

import { signal } from '@preact/signals'

export interface Announcement {
  readonly id: number
  readonly text: string
}

/** What a screen reader says by itself. Only ever added to: what stands there is not read again. */
export const announcements = signal<readonly Announcement[]>([])
const mostKept = 20
let last = 0

export function announce(text: string): void {
  announcements.value = [...announcements.value.slice(1 - mostKept), { id: ++last, text: text.slice(0, 300) }]
}

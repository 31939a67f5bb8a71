interface Anchor {
  readonly id: string
  readonly top: number
}

const rows = (box: Element): NodeListOf<HTMLElement> => box.querySelectorAll<HTMLElement>('[data-message]')
const rowOf = (box: Element, id: string): HTMLElement | undefined =>
  [...rows(box)].find((row) => row.dataset['message'] === id)

export const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }: Element): boolean =>
  scrollHeight - scrollTop - clientHeight < 48

/** The first message that is in sight, and where. Not every browser keeps a place by itself. */
export function anchorOf(box: Element): Anchor | null {
  const { top } = box.getBoundingClientRect()
  for (const row of rows(box)) {
    const place = row.getBoundingClientRect()
    if (place.bottom > top) return { id: row.dataset['message'] ?? '', top: place.top - top }
  }
  return null
}

export function restore(box: Element, { id, top }: Anchor): void {
  const row = rowOf(box, id)
  if (!row) return
  const moved = row.getBoundingClientRect().top - box.getBoundingClientRect().top - top
  if (Math.abs(moved) >= 1) box.scrollTop += moved
}

export function showInMiddle(box: Element, id: string): void {
  const row = rowOf(box, id)
  if (!row) return
  row.scrollIntoView({ block: 'center' })
  row.focus({ preventScroll: true })
  row.classList.remove('pointed-out')
  // The class begins anew when the style was computed without it.
  void row.offsetWidth
  row.classList.add('pointed-out')
}

const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 }

/** Up and down go from message to message; a menu within one of them has keys of its own. */
export function focusNext(event: KeyboardEvent, box: Element | null): void {
  const step = steps[event.key]
  if (!box || step === undefined || event.defaultPrevented) return
  const all = [...rows(box)]
  const at = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement))
  const next = all[at + step]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
}

import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from '../../../base/view/icon.tsx'
import { closePanel } from '../../state/place.ts'

/** Beside the conversation, or over it where there is no room. */
export function Panel({ title, children }: { title: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const before = document.activeElement
    heading.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <aside
      class="panel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        closePanel()
      }}
    >
      <header class="bar">
        <h2 id={id} ref={heading} tabIndex={-1} class="grow title">
          {title}
        </h2>
        <button type="button" class="round plain" aria-label={`Close ${title}`} onClick={closePanel}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  )
}

import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { onLeaving } from '../state/session.ts'

/** The dialog that is open, if any. A new one takes the place of the one before. */
export const dialog = signal<(() => ComponentChildren) | null>(null)

export const openDialog = (view: () => ComponentChildren): void => {
  dialog.value = view
}
export const closeDialog = (): void => {
  dialog.value = null
}
onLeaving(closeDialog)

export function OpenDialog() {
  return dialog.value?.() ?? null
}

/** A window over the page that keeps the focus, and gives it back. */
export function Dialog({
  title,
  children,
  isNarrow = false,
  onClose = closeDialog,
}: {
  title: string
  children: ComponentChildren
  isNarrow?: boolean
  onClose?: () => void
}) {
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class={isNarrow ? 'dialog narrow' : 'dialog'}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={onClose}
    >
      <header class="row">
        <h2 id={id} class="grow">
          {title}
        </h2>
      </header>
      {children}
    </dialog>
  )
}

/** Asks before something is done that cannot be undone. */
export function confirm(title: string, text: string, action: string, work: () => void): void {
  openDialog(() => (
    <Dialog title={title} isNarrow>
      <p>{text}</p>
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            closeDialog()
            work()
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  ))
}

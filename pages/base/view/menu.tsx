import { type ComponentChildren, createContext } from 'preact'
import { useContext, useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { loosely } from '../state/loosely.ts'
import { Icon, type IconName } from './icon.tsx'

const Close = createContext<() => void>(() => {})

export function MenuItem({
  icon,
  children,
  onPick,
  isDangerous = false,
}: {
  icon: IconName
  children: ComponentChildren
  onPick: () => void
  isDangerous?: boolean
}) {
  const close = useContext(Close)
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      class={isDangerous ? 'menu-item dangerous' : 'menu-item'}
      onClick={() => {
        close()
        onPick()
      }}
    >
      <Icon name={icon} />
      {children}
    </button>
  )
}

const stepOf: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at <= 0 ? count : at) - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
}

/** Beside its button, and inside of the window: above it where there is no room below. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const { top, bottom, left, right } = button.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const isBelow = bottom + height + 8 < innerHeight || top < height
  menu.style.top = `${Math.max(8, isBelow ? Math.min(bottom + 4, innerHeight - height - 8) : top - height - 4)}px`
  menu.style.left = `${Math.max(8, Math.min(left + width > innerWidth - 8 ? right - width : left, innerWidth - width - 8))}px`
}

/** A button that opens a list of things to do: by pointer, touch and keyboard. */
export function Menu({
  name,
  icon = 'more',
  class: className = 'round plain',
  top,
  children,
}: {
  name: string
  icon?: IconName
  class?: string
  /** What stands above the list, such as quick reactions. */
  top?: (close: () => void) => ComponentChildren
  children: ComponentChildren
}) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  useLayoutEffect(() => {
    if (!isOpen || !menu.current || !button.current) return
    place(menu.current, button.current)
    menu.current.querySelector<HTMLElement>('[role=menuitem]')?.focus()
  }, [isOpen])
  useEffect(() => {
    if (!isOpen) return
    const leave = ({ target }: Event) =>
      loosely(() => {
        if (target instanceof Node && !menu.current?.contains(target) && !button.current?.contains(target))
          setOpen(false)
      })
    document.addEventListener('pointerdown', leave)
    const resized = () => loosely(close)
    addEventListener('resize', resized)
    return () => {
      document.removeEventListener('pointerdown', leave)
      removeEventListener('resize', resized)
    }
  }, [isOpen])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      event.preventDefault()
      return close()
    }
    if (event.key === 'Tab') return setOpen(false)
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const step = stepOf[event.key]
    if (!step) return
    event.preventDefault()
    items[step(at, items.length)]?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={className}
        aria-label={name}
        title={name}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name={icon} />
      </button>
      {isOpen && (
        <div
          ref={menu}
          id={id}
          class="menu"
          role="menu"
          aria-label={name}
          tabIndex={-1}
          onKeyDown={onKeyDown}
        >
          <Close.Provider value={close}>
            {top?.(close)}
            {children}
          </Close.Provider>
        </div>
      )}
    </>
  )
}

import type { ComponentType } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { loosely } from '../../base/state/loosely.ts'
import { me, signOut } from '../../base/state/session.ts'
import { Appearance } from '../../base/view/appearance.tsx'
import { openDialog } from '../../base/view/dialog.tsx'
import { Icon } from '../../base/view/icon.tsx'
import { Failed, Loading } from '../../base/view/loading.tsx'
import { Menu, MenuItem } from '../../base/view/menu.tsx'
import { addressOf, place } from '../state/place.ts'
import { staffRole } from '../state/staff.ts'
import { type ScreenEntry, type ScreenProps, screens } from './screens.ts'

const loaded = new Map<string, ComponentType<ScreenProps>>()

function OpenScreen({ entry, id, part }: { entry: ScreenEntry } & ScreenProps) {
  const [failures, setFailures] = useState(0)
  const [, setLoads] = useState(0)
  const load = async () => {
    try {
      loaded.set(entry.name, await entry.load())
      setLoads((count) => count + 1)
    } catch {
      setFailures((count) => count + 1)
    }
  }
  useEffect(() => {
    if (!loaded.has(entry.name)) loosely(load)
  }, [entry.name])
  const Shown = loaded.get(entry.name)
  if (Shown) return <Shown id={id} part={part} />
  if (failures === 0) return <Loading of={entry.title.toLowerCase()} />
  return (
    <Failed
      problem={{ kind: 'unreachable', message: 'A part of this page could not be loaded.' }}
      retry={() => {
        setFailures(0)
        loosely(load)
      }}
    />
  )
}

/** The menu, and the screen that is open. */
export function Frame() {
  const { screen, id, part } = place.value
  const role = staffRole.value
  const mine = screens.filter(({ roles }) => role !== null && roles.includes(role))
  const entry = mine.find(({ name }) => name === screen)
  const main = useRef<HTMLElement>(null)
  const menu = useRef<HTMLElement>(null)
  const first = useRef(true)
  // Before the new screen is drawn: whoever uses a screen reader is told where they are.
  useLayoutEffect(() => {
    if (!first.current) main.current?.focus()
    first.current = false
    main.current?.scrollTo(0, 0)
    menu.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [screen, id])
  return (
    <div class="console">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip the menu
      </button>
      <header class="console-bar">
        <p class="title grow">Console</p>
        <Menu name={me.value?.name ?? 'My settings'} icon="members">
          <MenuItem icon="settings" onPick={() => openDialog(() => <Appearance />)}>
            Appearance
          </MenuItem>
          <MenuItem icon="leave" onPick={() => loosely(signOut)}>
            Sign out
          </MenuItem>
        </Menu>
      </header>
      <nav ref={menu} class="console-menu" aria-label="Screens">
        <ul>
          {mine.map(({ name, title, icon }) => (
            <li key={name}>
              <a href={addressOf(name)} aria-current={name === screen ? 'page' : undefined}>
                <Icon name={icon} />
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main ref={main} id="main" class="console-main" tabIndex={-1}>
        {entry ? (
          <OpenScreen key={entry.name} entry={entry} id={id} part={part} />
        ) : (
          <p class="hint">There is no such screen. Choose one from the menu.</p>
        )}
      </main>
    </div>
  )
}

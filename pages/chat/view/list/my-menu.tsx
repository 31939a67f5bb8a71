import { loosely } from '../../state/loosely.ts'
import { isGuest, signOut } from '../../state/session.ts'
import { Blocked } from '../dialogs/blocked.tsx'
import { Settings } from '../dialogs/settings.tsx'
import { Upgrade } from '../dialogs/upgrade.tsx'
import { openDialog } from '../parts/dialog.tsx'
import { Menu, MenuItem } from '../parts/menu.tsx'

export function MyMenu() {
  return (
    <Menu name="My settings">
      {isGuest() && (
        <MenuItem icon="add" onPick={() => openDialog(() => <Upgrade />)}>
          Create an account
        </MenuItem>
      )}
      <MenuItem icon="settings" onPick={() => openDialog(() => <Settings />)}>
        Appearance
      </MenuItem>
      <MenuItem icon="block" onPick={() => openDialog(() => <Blocked />)}>
        Blocked people
      </MenuItem>
      <MenuItem icon="leave" onPick={() => loosely(signOut)}>
        Sign out
      </MenuItem>
    </Menu>
  )
}

import { loosely } from '../../../base/state/loosely.ts'
import { isGuest, signOut } from '../../../base/state/session.ts'
import { Appearance } from '../../../base/view/appearance.tsx'
import { openDialog } from '../../../base/view/dialog.tsx'
import { Menu, MenuItem } from '../../../base/view/menu.tsx'
import { Blocked } from '../dialogs/blocked.tsx'
import { Upgrade } from '../dialogs/upgrade.tsx'

export function MyMenu() {
  return (
    <Menu name="My settings">
      {isGuest() && (
        <MenuItem icon="add" onPick={() => openDialog(() => <Upgrade />)}>
          Create an account
        </MenuItem>
      )}
      <MenuItem icon="settings" onPick={() => openDialog(() => <Appearance />)}>
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

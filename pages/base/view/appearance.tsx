import { type Theme, theme } from '../state/appearance.ts'
import { closeDialog, Dialog } from './dialog.tsx'

const choices: readonly (readonly [Theme, string])[] = [
  ['system', 'As this device says'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

export function Appearance() {
  return (
    <Dialog title="Appearance" isNarrow>
      <fieldset>
        <legend>Colors</legend>
        {choices.map(([value, words]) => (
          <label key={value} class="check">
            <input
              type="radio"
              name="theme"
              checked={theme.value === value}
              onChange={() => {
                theme.value = value
              }}
            />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      <div class="row end">
        <button type="button" class="primary" onClick={closeDialog}>
          Done
        </button>
      </div>
    </Dialog>
  )
}

import { dismiss, notices } from '../state/notices.ts'
import { Icon } from './icon.tsx'

export function Notices() {
  return (
    <div class="notices">
      {notices.value.map(({ id, text, isProblem, retry }) => (
        <div key={id} class={isProblem ? 'notice problem' : 'notice'} role={isProblem ? 'alert' : 'status'}>
          <span class="grow">{text}</span>
          {retry && (
            <button
              type="button"
              onClick={() => {
                dismiss(id)
                retry()
              }}
            >
              Try again
            </button>
          )}
          <button type="button" class="round plain" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}

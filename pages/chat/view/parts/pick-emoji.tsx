import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { closeDialog, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import { Loading } from '../../../base/view/loading.tsx'

type Groups = typeof import('../../text/emoji.ts')['groups']

function Emojis({ onPick }: { onPick: (emoji: string) => void }) {
  const groups = useSignal<Groups | null>(null)
  const wanted = useSignal('')
  useEffect(() => {
    void import('../../text/emoji.ts').then((loaded) => {
      groups.value = loaded.groups
    }, closeDialog)
  }, [])
  const words = wanted.value.trim().toLowerCase()
  return (
    <Dialog title="Emoji">
      <label>
        Find one
        <input
          type="search"
          onInput={({ currentTarget }) => {
            wanted.value = currentTarget.value
          }}
        />
      </label>
      <div class="emojis">
        {groups.value === null && <Loading of="emoji" />}
        {groups.value?.map(({ name, emojis }) => {
          const shown = emojis.filter(([, says]) => says.includes(words))
          return (
            shown.length > 0 && (
              <section key={name} aria-label={name}>
                <h3>{name}</h3>
                <div class="emoji-grid">
                  {shown.map(([emoji, says]) => (
                    <button
                      key={emoji}
                      type="button"
                      aria-label={`${emoji} ${says}`}
                      title={says}
                      onClick={() => {
                        closeDialog()
                        onPick(emoji)
                      }}
                    >
                      {emoji}
                    </button>
                  ))}
                </div>
              </section>
            )
          )
        })}
      </div>
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
      </div>
    </Dialog>
  )
}

export const pickEmoji = (onPick: (emoji: string) => void): void =>
  openDialog(() => <Emojis onPick={onPick} />)

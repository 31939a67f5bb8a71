import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { closeDialog, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import { SaveForm, TextField } from '../../view/parts/form-fields.tsx'
import type { Module } from './words.ts'

interface Renaming {
  readonly courseId: string
  readonly module: Module
  readonly done: () => void
}

function RenameModule({ courseId, module, done }: Renaming) {
  const title = useSignal(module.title)
  const save = () =>
    attempt(
      () =>
        ask(
          v1.courses[':id'].modules[':moduleId'].$patch({
            param: { id: courseId, moduleId: module.id },
            json: { title: title.peek() },
          }),
        ),
      () => {
        closeDialog()
        tell('The module has another title.')
        done()
      },
    )
  return (
    <Dialog title="Rename the module" isNarrow>
      <SaveForm action="Rename" save={save} isUnchanged={title.value === module.title}>
        <TextField
          label="Title"
          value={title.value}
          maxLength={200}
          isRequired
          onInput={(words) => {
            title.value = words
          }}
        />
      </SaveForm>
      <button type="button" onClick={closeDialog}>
        Cancel
      </button>
    </Dialog>
  )
}

export const renameModule = (renaming: Renaming): void => openDialog(() => <RenameModule {...renaming} />)

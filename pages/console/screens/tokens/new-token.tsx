import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import { withStepUp } from '../../state/step-up.ts'
import { CheckField, NumberField, SaveForm, TextField } from '../../view/parts/form-fields.tsx'

const scopes = [
  ['forms:read', 'See the list of forms, without what was written'],
  ['forms:content', 'See what was written in forms'],
  ['metrics:read', 'See how the service does, without anything of a person'],
  ['reports:read', 'Read counts'],
] as const
type Scope = (typeof scopes)[number][0]

/** The only moment at which the token can be seen. */
function Made({ token, done }: { token: string; done: () => void }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(token)
      tell('The token is copied.')
    } catch {
      tell('It could not be copied. Mark it and copy it yourself.', { isProblem: true })
    }
  }
  return (
    <>
      <p role="status">The token is made. It is shown this once: keep it where the program finds it.</p>
      <p>
        <code class="secret">{token}</code>
      </p>
      <div class="row end">
        <button type="button" onClick={() => loosely(copy)}>
          Copy
        </button>
        <button
          type="button"
          class="primary"
          onClick={() => {
            closeDialog()
            done()
          }}
        >
          I have kept it
        </button>
      </div>
    </>
  )
}

export function NewToken({ done }: { done: () => void }) {
  const name = useSignal('')
  const chosen = useSignal<readonly Scope[]>([])
  const days = useSignal<number | null>(365)
  const token = useSignal<string | null>(null)
  const lacksScope = useSignal(false)
  const make = async () => {
    lacksScope.value = chosen.peek().length === 0
    if (lacksScope.peek()) return
    await attempt(
      () =>
        withStepUp(() =>
          ask(
            v1.admin['service-tokens'].$post({
              json: {
                name: name.peek(),
                scopes: [...chosen.peek()],
                expiresInDays: days.peek() ?? 365,
              },
            }),
          ),
        ),
      (made) => {
        token.value = made.token
      },
    )
  }
  return (
    <Dialog
      title="New service token"
      onClose={() => {
        closeDialog()
        if (token.peek() !== null) done()
      }}
    >
      {token.value === null ? (
        <>
          <SaveForm action="Make it" save={make}>
            <TextField
              label="Name"
              help="Of the program, so that others know what it is for."
              value={name.value}
              maxLength={100}
              isRequired
              onInput={(text) => {
                name.value = text
              }}
            />
            <fieldset>
              <legend>What it may do</legend>
              {scopes.map(([scope, words]) => (
                <CheckField
                  key={scope}
                  label={words}
                  value={chosen.value.includes(scope)}
                  onChange={(isChosen) => {
                    chosen.value = isChosen
                      ? [...chosen.peek(), scope]
                      : chosen.peek().filter((each) => each !== scope)
                  }}
                />
              ))}
              {lacksScope.value && (
                <p role="alert" class="problem">
                  Choose at least one.
                </p>
              )}
            </fieldset>
            <NumberField
              label="Days until it ends"
              value={days.value}
              min={1}
              max={730}
              onInput={(count) => {
                days.value = count
              }}
            />
          </SaveForm>
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
        </>
      ) : (
        <Made token={token.value} done={done} />
      )}
    </Dialog>
  )
}

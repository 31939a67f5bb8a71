import { useEffect, useState } from 'preact/hooks'
import { ask, type BodyOf, isProblem, type Problem } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { canUsePasskeys, usePasskey } from '../../base/api/passkeys.ts'
import { loosely } from '../../base/state/loosely.ts'
import { Dialog } from '../../base/view/dialog.tsx'
import { Failed, Loading } from '../../base/view/loading.tsx'
import { confirming, settle } from '../state/step-up.ts'

type Ways = BodyOf<Awaited<ReturnType<(typeof v1.auth)['step-up']['options']['$post']>>>
type Way = 'totp' | 'recovery-code' | 'password' | 'mailed-code' | 'passkey'

interface Typed {
  readonly member: string
  readonly label: string
  readonly type: 'text' | 'password'
}

const typed: Readonly<Record<Exclude<Way, 'passkey'>, Typed>> = {
  totp: { member: 'code', label: 'Six digits from your authenticator app', type: 'text' },
  'recovery-code': { member: 'recoveryCode', label: 'Recovery code', type: 'text' },
  password: { member: 'password', label: 'Password', type: 'password' },
  'mailed-code': { member: 'mailedCode', label: 'Six digits from the mail that was just sent', type: 'text' },
}
const words: Readonly<Record<Way, string>> = {
  totp: 'Use my authenticator app',
  'recovery-code': 'Use a recovery code',
  password: 'Use my password',
  'mailed-code': 'Use a mailed code',
  passkey: 'Use a passkey',
}
const isWay = (method: string): method is Way => method in words

async function prove(way: Way, ways: Ways, text: string) {
  if (way !== 'passkey') return { [typed[way].member]: text.trim() }
  const challenge = ways.passkey
  const passkey = challenge && (await usePasskey(challenge.options))
  return passkey ? { challengeToken: challenge.challengeToken, passkey } : null
}

/** Confirms who one is, before something that gives power over others or cannot be taken back. */
export function StepUp() {
  return confirming.value ? <Ask /> : null
}

function Ask() {
  const [ways, setWays] = useState<Ways | Problem | null>(null)
  const [chosen, setChosen] = useState<Way | null>(null)
  const [note, setNote] = useState('')
  const [isSending, setSending] = useState(false)
  const load = async () => {
    setWays(null)
    const answer = await ask(v1.auth['step-up'].options.$post())
    setWays(answer.ok ? answer.value : answer.problem)
  }
  useEffect(() => loosely(load), [])
  const failed = ways !== null && 'kind' in ways && isProblem(ways) ? ways : null
  const known = ways !== null && 'methods' in ways ? ways : null
  const usable: readonly Way[] =
    known?.methods.filter(isWay).filter((way) => way !== 'passkey' || canUsePasskeys()) ?? []
  const way = chosen ?? usable[0]
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!known || !way || isSending || !(event.currentTarget instanceof HTMLFormElement)) return
    const text = String(new FormData(event.currentTarget).get('proof') ?? '')
    setSending(true)
    setNote('')
    const proof = await prove(way, known, text)
    const answer = proof && (await ask(v1.auth['step-up'].$post({ json: proof as never })))
    setSending(false)
    if (answer?.ok) settle(true)
    else setNote(answer?.problem.message ?? 'The passkey was not used. Try again, or use another way.')
  }
  const field = way && way !== 'passkey' ? typed[way] : null
  return (
    <Dialog title="Confirm that it is you" isNarrow onClose={() => settle(false)}>
      {failed && <Failed problem={failed} retry={() => loosely(load)} />}
      {ways === null && <Loading of="the ways to confirm" />}
      {known && way === undefined && <p>You cannot confirm it on this device. Sign in on another one.</p>}
      {known && way && (
        <form onSubmit={(event) => loosely(() => submit(event))}>
          <p class="quiet">It holds for ten minutes.</p>
          {field && (
            <label>
              {field.label}
              <input
                key={way}
                {...({ type: field.type } as object)}
                name="proof"
                autocomplete={way === 'password' ? 'current-password' : 'one-time-code'}
                required
              />
            </label>
          )}
          <p class="problem" role="alert">
            {note}
          </p>
          <div class="row end">
            {usable
              .filter((each) => each !== way)
              .map((each) => (
                <button key={each} type="button" class="link" onClick={() => setChosen(each)}>
                  {words[each]}
                </button>
              ))}
            <button type="button" onClick={() => settle(false)}>
              Cancel
            </button>
            <button type="submit" class="primary" aria-disabled={isSending}>
              {isSending ? 'One moment…' : 'Confirm'}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

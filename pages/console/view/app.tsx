import { useEffect, useState } from 'preact/hooks'
import { loosely } from '../../base/state/loosely.ts'
import { phase, signOut } from '../../base/state/session.ts'
import { start } from '../../base/state/start.ts'
import { OpenDialog } from '../../base/view/dialog.tsx'
import { Failed, Loading } from '../../base/view/loading.tsx'
import { Notices } from '../../base/view/notices.tsx'
import { SessionEnding } from '../../base/view/session-ending.tsx'
import { session, staffRole } from '../state/staff.ts'
import { SetUpFactor } from './set-up-factor.tsx'
import { SignIn } from './sign-in.tsx'
import { StepUp } from './step-up.tsx'

type Inside = typeof import('./frame.tsx')

/** What staff see comes after it is known that somebody is staff. */
function Staff() {
  const [inside, setInside] = useState<Inside | null>(null)
  const [hasFailed, setFailed] = useState(false)
  const load = async () => {
    setFailed(false)
    try {
      setInside(await import('./frame.tsx'))
    } catch {
      setFailed(true)
    }
  }
  useEffect(() => loosely(load), [])
  if (inside) return <inside.Frame />
  return (
    <main class="middle">
      {hasFailed ? (
        <Failed
          problem={{ kind: 'unreachable', message: 'A part of this page could not be loaded.' }}
          retry={() => loosely(load)}
        />
      ) : (
        <Loading of="the console" />
      )}
    </main>
  )
}

function NotStaff({ lacksFactor }: { lacksFactor: boolean }) {
  return (
    <main class="middle">
      <h1>Console</h1>
      {lacksFactor ? <SetUpFactor /> : <p>This page is for staff. Your account is not one of them.</p>}
      <button type="button" onClick={() => loosely(signOut)}>
        Sign out
      </button>
    </main>
  )
}

function Screen() {
  const now = phase.value
  if (now === 'signed-out') return <SignIn />
  const known = now === 'signed-in' ? session.value : now === 'starting' ? null : now
  if (staffRole.value) return <Staff />
  if (known && 'role' in known) return <NotStaff lacksFactor={known.secondFactorMissing} />
  return (
    <main class="middle">
      <h1>Console</h1>
      {known ? <Failed problem={known} retry={() => loosely(start)} /> : <Loading of="the console" />}
    </main>
  )
}

export function App() {
  return (
    <>
      <Screen />
      <OpenDialog />
      <StepUp />
      <SessionEnding />
      <Notices />
    </>
  )
}

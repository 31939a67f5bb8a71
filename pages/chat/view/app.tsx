import { loosely } from '../../base/state/loosely.ts'
import { phase } from '../../base/state/session.ts'
import { start } from '../../base/state/start.ts'
import { OpenDialog } from '../../base/view/dialog.tsx'
import { Failed, Loading } from '../../base/view/loading.tsx'
import { Notices } from '../../base/view/notices.tsx'
import { SessionEnding } from '../../base/view/session-ending.tsx'
import { announcements } from '../state/announcements.ts'
import { Banner } from './parts/banner.tsx'
import { SignIn } from './sign-in/sign-in.tsx'
import { SignedIn } from './signed-in.tsx'

function Announcements() {
  return (
    <div class="visually-hidden" role="log" aria-label="New messages">
      {announcements.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}

function Screen() {
  const now = phase.value
  if (now === 'signed-in') return <SignedIn />
  if (now === 'signed-out') return <SignIn />
  return (
    <main class="middle">
      <h1>MackChat</h1>
      {now === 'starting' ? <Loading of="MackChat" /> : <Failed problem={now} retry={() => loosely(start)} />}
    </main>
  )
}

export function App() {
  return (
    <>
      <Banner />
      <Screen />
      <OpenDialog />
      <SessionEnding />
      <Notices />
      <Announcements />
    </>
  )
}

import { start } from '../start.ts'
import { announcements } from '../state/announcements.ts'
import { loosely } from '../state/loosely.ts'
import { phase } from '../state/session.ts'
import { SessionEnding } from './dialogs/session-ending.tsx'
import { Banner } from './parts/banner.tsx'
import { OpenDialog } from './parts/dialog.tsx'
import { Failed, Loading } from './parts/loading.tsx'
import { Notices } from './parts/notices.tsx'
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

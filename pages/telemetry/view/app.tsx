import { isProblem } from '../../base/api/ask.ts'
import { loosely } from '../../base/state/loosely.ts'
import { Failed, Loading } from '../../base/view/loading.tsx'
import { isPaused, load, readNow } from '../state/seen.ts'
import { Routes } from './routes.tsx'
import { Traces } from './traces.tsx'

export function App() {
  const state = load.value
  return (
    // A region that scrolls is reached by keyboard where nothing in it can be.
    <main class="telemetry" tabIndex={-1}>
      <header class="row">
        <h1 class="grow">Telemetry</h1>
        <p role="status" class="quiet">
          {isPaused.value ? 'Paused' : state === 'ready' ? 'Live' : ''}
        </p>
        <button
          type="button"
          onClick={() => {
            isPaused.value = !isPaused.value
            if (!isPaused.value) loosely(readNow)
          }}
        >
          {isPaused.value ? 'Go on' : 'Pause'}
        </button>
      </header>
      <p class="quiet">
        What this process did, for whoever develops: no path, no id and no text of anybody is in it.
      </p>
      {state === 'loading' && <Loading of="what happened" />}
      {isProblem(state) && <Failed problem={state} retry={() => loosely(readNow)} />}
      {state !== 'loading' && (
        <>
          <section aria-labelledby="traces">
            <h2 id="traces">The last 200 traces</h2>
            <Traces />
          </section>
          <section aria-labelledby="routes">
            <h2 id="routes">Routes since the start</h2>
            <Routes />
          </section>
        </>
      )}
    </main>
  )
}

import type { Problem } from '../api/ask.ts'

export function Loading({ of }: { of: string }) {
  return (
    <p class="loading quiet" role="status">
      <span class="spinner" aria-hidden="true" />
      {`Loading ${of}…`}
    </p>
  )
}

export function Failed({ problem, retry }: { problem: Problem; retry: () => void }) {
  return (
    <div class="failed" role="alert">
      <p>{problem.message}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

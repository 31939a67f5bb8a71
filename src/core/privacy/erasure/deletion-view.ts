import type { Said } from '../../kernel/messages/said.ts'
import type { Deletion, DeletionView } from './erasure.model.ts'

const words: Readonly<Record<DeletionView['state'], Said>> = {
  scheduled: 'The account is locked and will be erased. Until then you can cancel the deletion.',
  on_hold:
    'The account is locked. A legal hold prevents its erasure for now: we are obliged to keep it for a legal proceeding. It will be erased when the hold ends; nobody can use it until then.',
  erasing: 'The account is being erased. What has been done is listed; the rest follows automatically.',
  done: 'The account and everything in it have been erased. What has to be kept is listed, with the reason.',
  cancelled: 'The deletion was cancelled. The account is as it was before: sign in.',
}

/** What whoever has the receipt is shown. `steps`: how many there are in all. */
export function viewOf(
  deletion: Deletion,
  { isHeld, steps }: { readonly isHeld: boolean; readonly steps: number },
): DeletionView {
  const { requestedAt, eraseAfter, finishedAt } = deletion
  const state = isHeld ? 'on_hold' : deletion.state
  return {
    state,
    message: words[state],
    requestedAt,
    eraseAfter,
    finishedAt,
    steps: {
      total: steps,
      done: deletion.steps.map((step) => ({ store: step.store, finishedAt: step.finishedAt })),
    },
    kept: deletion.steps.flatMap(({ kept }) => kept.map((one) => ({ ...one }))),
  }
}

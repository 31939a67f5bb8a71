import { createFloor, type Floor } from './floor.ts'

/** What the tabs of one browser tell each other of what waits to be sent. */
export type Said =
  | { readonly userId: string; readonly changed: string }
  | {
      readonly userId: string
      readonly conversationId: string
      readonly sent: string
      /** As it was answered; null where another way told that it is stored. */
      readonly message: unknown
    }

export interface Tabs {
  say(said: Said): void
  /** Answers what stops it. */
  listen(listener: (said: Said) => void): () => void
}

/** Null where the browser has no `BroadcastChannel`. */
export function findTabs(floor: Floor = createFloor()): Tabs | null {
  if (typeof BroadcastChannel === 'undefined') return null
  let channel: BroadcastChannel | undefined
  return {
    say: (said) => channel?.postMessage(said),
    listen(listener) {
      const opened = new BroadcastChannel('tools-inc-outbox')
      channel = opened
      opened.onmessage = ({ data }) => floor(() => listener(data as Said))
      return () => {
        opened.close()
        if (channel === opened) channel = undefined
      }
    },
  }
}

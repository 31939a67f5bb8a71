/** The part of `localStorage` that is used. It holds a time, never a token. */
export interface SharedNotes {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/** Reading the property throws where a browser keeps storage from a page. */
export function findNotes(): SharedNotes | null {
  try {
    return (globalThis as { localStorage?: SharedNotes }).localStorage ?? null
  } catch {
    return null
  }
}

/** Storage that is absent, full or forbidden costs a refresh more in another tab, never one that succeeded here. */
export function forgiving(notes: SharedNotes | null): SharedNotes {
  const attempt = <T>(use: () => T | undefined): T | null => {
    try {
      return use() ?? null
    } catch {
      return null
    }
  }
  return {
    getItem: (key) => attempt(() => notes?.getItem(key)),
    setItem: (key, value) => void attempt(() => notes?.setItem(key, value)),
  }
}

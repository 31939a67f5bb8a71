let begin: () => Promise<void> = async () => {}
/** What a page does for whoever is there: once as it opens, and again after each sign-in. */
export const startWith = (work: () => Promise<void>): void => {
  begin = work
}

export const start = (): Promise<void> => begin()

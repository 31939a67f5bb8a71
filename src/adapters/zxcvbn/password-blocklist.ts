import type { PasswordBlocklist } from '../../ports/password-blocklist.ts'

/** Below this many guesses a password is in, or next to, the lists that attackers try first. */
const minimumGuesses = 1e6

/** A strong beginning is enough, and the matching takes time that grows with the length. */
const judgedCharacters = 48

/**
 * zxcvbn: common passwords, names of keys in a row, repeats, dates and context words, also with digits or marks
 * added. The word lists take 30 MB, so they are loaded when the first password is chosen.
 */
export function createZxcvbnPasswordBlocklist(): PasswordBlocklist {
  const load = async () => {
    const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
      import('@zxcvbn-ts/core'),
      import('@zxcvbn-ts/language-common'),
    ])
    return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
  }
  let loading: ReturnType<typeof load> | undefined
  return {
    async isGuessable(password, context) {
      loading ??= load()
      const judge = await loading
      const beginning = [...password].slice(0, judgedCharacters).join('')
      return judge.check(beginning, [...context]).guesses < minimumGuesses
    },
  }
}

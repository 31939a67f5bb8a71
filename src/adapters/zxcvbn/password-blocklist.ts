import type { PasswordBlocklist } from '../../ports/password-blocklist.ts'

/** Fewer guesses than a spray or a stolen hash costs: a word with a year and marks is at most 1e8 away. */
const minimumGuesses = 1e9

/** Of a walk over the keys with Shift held down in between, the keys alone are some ten thousand guesses. */
const minimumGuessesOfKeys = 1e6

/** A strong beginning is enough, and the matching takes time that grows with the length. */
const judgedCharacters = 48

const shifted = '~!@#$%^&*()_+{}|:"<>?'
const unshifted = "`1234567890-=[]\\;',./"
const keysOf = (password: string): string =>
  [...password.toLowerCase()].map((character) => unshifted[shifted.indexOf(character)] ?? character).join('')

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
      const guessesOf = (text: string) => judge.check(text, [...context]).guesses
      return guessesOf(beginning) < minimumGuesses || guessesOf(keysOf(beginning)) < minimumGuessesOfKeys
    },
  }
}

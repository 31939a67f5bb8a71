import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const noteName = 'mackchat-theme'
const known: readonly string[] = ['light', 'dark']

function remembered(): Theme {
  try {
    const noted = localStorage.getItem(noteName) ?? ''
    return known.includes(noted) ? (noted as Theme) : 'system'
  } catch {
    return 'system'
  }
}

/** Of this browser, not of a person: it says nothing about anybody. */
export const theme = signal<Theme>(remembered())

effect(() => {
  const chosen = theme.value
  const { dataset } = document.documentElement
  if (chosen === 'system') delete dataset['theme']
  else dataset['theme'] = chosen
  try {
    localStorage.setItem(noteName, chosen)
  } catch {
    // Then it is forgotten at a reload.
  }
})

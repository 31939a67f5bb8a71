import type { AnyArea } from './area.ts'
import { shownSettings } from './shown-settings.ts'

/** A setting as administrators see it while the program runs. */
export interface SettingInForce {
  readonly name: string
  readonly area: string
  readonly says: string
  readonly isSecret: boolean
  /** Whether somebody set it; else its fallback is in force. */
  readonly isSet: boolean
  /** Null for a secret, and where there is none. */
  readonly value: string | null
}

/** Addresses may carry a name and a password before the host. */
const withoutLogin = (text: string): string => text.replaceAll(/(?<=\/\/)[^/?#\s"'@]*@/g, '')

export const settingsInForce = (
  areas: readonly AnyArea[],
  textOf: (name: string) => string | undefined,
): readonly SettingInForce[] =>
  areas.flatMap(({ title, settings }) =>
    Object.entries(settings).map(([name, { fallback, says, isSecret = false }]): SettingInForce => {
      const text = textOf(name)
      const value = text ?? fallback ?? null
      const isShown = !isSecret && shownSettings.has(name)
      return {
        name,
        area: title,
        says,
        isSecret: !isShown,
        isSet: text !== undefined,
        value: isShown && value !== null ? withoutLogin(value) : null,
      }
    }),
  )

/** Which kind of adapter stands behind each port that has several. */
export const kindsOf = (config: object): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(config).flatMap(([name, part]: [string, unknown]) => {
      const { kind } = (typeof part === 'object' && part !== null ? part : {}) as { kind?: unknown }
      return typeof kind === 'string' ? [[name, kind]] : []
    }),
  )

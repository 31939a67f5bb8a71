/** What a change insists on of the version that it finds; absent: nothing. */
export interface Precondition {
  /** It is one of these. */
  readonly anyOf?: readonly string[]
  /** It is none of these; `*`: there is none at all. */
  readonly noneOf?: readonly string[] | '*'
}

export const meets = (precondition: Precondition | undefined, version: string): boolean =>
  (precondition?.anyOf?.includes(version) ?? true) &&
  precondition?.noneOf !== '*' &&
  !precondition?.noneOf?.includes(version)

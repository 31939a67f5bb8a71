import type { z } from 'zod'

/** Where the program runs: what it may keep, and whether it takes sockets, follows from that. */
export type Runtime = 'node' | 'functions' | 'workerd'

export interface Setting {
  readonly schema: z.ZodType
  /** As text, as it would stand in `.env`. */
  readonly fallback?: string
  readonly example?: string
  readonly says: string
  readonly isSecret?: true
}

export type Settings = Readonly<Record<string, Setting>>

/** A value that cannot be read is reported, and its fallback stands in: rules always see something valid. */
export type Values<S extends Settings> = {
  readonly [N in keyof S]:
    | z.output<S[N]['schema']>
    | (S[N] extends { readonly fallback: string } ? never : undefined)
}

/** A name from earlier plans, or one that people write by habit. It is read, or refused: never passed over. */
export type OlderName<N extends string> =
  /** The same value has another name today. */
  | { readonly is: N }
  /** One text `holds` several settings. `readAs` is null for a text that cannot be read. */
  | {
      readonly becomes: readonly N[]
      readonly holds: string
      readonly readAs: (text: string) => Readonly<Partial<Record<N, string>>> | null
    }
  /** It stops the start, and its replacement is named; where one of `unless` is set it only warns. */
  | { readonly instead: string; readonly unless?: readonly N[] }
  /** Other software has variables of this name as well: it only warns, and names what is read here. */
  | { readonly warns: string }

/** What the rules of an area see beside their own values. */
export interface Context<N extends string> {
  readonly runtime: Runtime
  readonly isSet: (name: N) => boolean
  readonly says: (name: N) => string
  /** Reported with all others, and never with a value. Silent where one of `names` could not be read, which says enough. */
  readonly problem: (names: N | readonly N[], text: string) => void
  /** What can be, and somebody should know; never with a value. */
  readonly warning: (text: string) => void
  /** What another area yields. Each is read once, whoever asks; areas cannot ask each other in a circle. */
  readonly read: <Y>(area: Readable<Y>) => Y
}

/** What an area hands to the whole: parts of `config`, of `config.app` and of `secrets`. The rest is for other areas. */
export interface Yield {
  readonly config?: object
  readonly app?: object
  readonly secrets?: object
}

/** What can be read as `Y`, whatever its settings are. */
export interface Readable<Y> {
  readonly settings: Settings
  readonly read: (values: never, context: never) => Y
}

export interface Area<S extends Settings, Y extends Yield> {
  readonly title: string
  readonly settings: S
  /** Prefixes that nothing else uses: an unknown name that begins so is a mistake, and refused. */
  readonly owns?: readonly string[]
  /** Prefixes that other software uses as well: an unknown name that begins so is a warning. */
  readonly shares?: readonly string[]
  readonly olderNames?: Readonly<Record<string, OlderName<NoInfer<keyof S & string>>>>
  readonly read: (values: Values<S>, context: Context<keyof S & string>) => Y
}

export type AnyArea = Omit<Area<Settings, Yield>, 'read'> & Readable<Yield>

/** One subject of the configuration: its settings, its rules, and what it yields. */
export const area = <const S extends Settings, Y extends Yield>(definition: Area<S, Y>): Area<S, Y> =>
  definition

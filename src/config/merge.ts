type Intersection<U> = (U extends unknown ? (part: U) => void : never) extends (whole: infer I) => void
  ? I
  : never

/** Every key of every member of a union of objects. */
export type Merged<U> = Intersection<U> extends infer I ? { [K in keyof I]: I[K] } : never

/** One object of many. A key twice is a mistake of the program: it throws. */
export function merge<T extends object>(parts: readonly T[]): Merged<T> {
  const whole: Record<string, unknown> = {}
  for (const part of parts)
    for (const [key, value] of Object.entries(part)) {
      if (key in whole) throw new Error(`${key} comes from two areas of the configuration`)
      whole[key] = value
    }
  return whole as Merged<T>
}

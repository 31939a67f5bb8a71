import { z } from 'zod'

const shapeByPlace = new WeakMap<z.core.$ZodType, z.ZodType>()

/**
 * A place where something may stand that says nothing: it is left out before anything is judged. Where that was not done it
 * is refused, so that it never reaches what changes something.
 */
export function leftOut(shape: z.ZodType): z.ZodType {
  const place = (shape as z.ZodUnknown).refine(() => false, 'Cannot be set.').meta({ readOnly: true })
  shapeByPlace.set(place, shape)
  return place
}

/** Whether that stands at a place for it. */
export const isLeftOut = (place: z.core.$ZodType, value: unknown): boolean =>
  shapeByPlace.get(place)?.safeParse(value).success ?? false

const notSettable = leftOut(z.unknown()).optional()

/**
 * A change in which the whole object that was read may be sent back: what those answers hold and the change does not
 * name is let through and left as it is. The other fields stay unknown.
 */
export function sentBack<T extends z.ZodObject>(change: T, ...answers: readonly z.ZodObject[]): T {
  const names = answers.flatMap(({ shape }) => Object.keys(shape)).filter((name) => !(name in change.shape))
  return change.safeExtend(
    Object.fromEntries(names.map((name) => [name, notSettable])),
  ) as z.ZodObject as unknown as T
}

/** A field that is read in another shape, or with other values, than it is set: those are let through and leave it as it is. */
export const orAsRead = <T extends z.ZodType>(settable: T, read: z.ZodType): T =>
  z.union([settable, leftOut(read)]) as unknown as T

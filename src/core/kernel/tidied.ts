import { z } from 'zod'

interface Published {
  readonly minLength?: number
  readonly maxLength?: number
}

/** The bounds of a rule, whatever it is made of, and what it publishes of itself. */
function boundsOf(rule: z.ZodType): Published {
  const { minLength, maxLength } = z.toJSONSchema(rule, { io: 'output', unrepresentable: 'any' }) as Published
  return {
    ...(minLength ? { minLength } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...z.globalRegistry.get(rule),
  }
}

/**
 * Text that is put in order before its rule judges it. The description of the API sees what comes in and not what judges it
 * afterwards: so the bounds of the rule are published here, with a pattern where one can say the rest. `longest` is how much
 * is looked at: what a clipboard brought along is taken away before anything is counted.
 */
export const tidied = <Out>(
  tidy: (text: string) => string | undefined,
  rule: z.ZodType<Out, string> | z.ZodType<Out, string | undefined>,
  {
    longest,
    ...published
  }: { readonly longest: number; readonly pattern?: string; readonly format?: string },
): z.ZodType<Out, string> =>
  z
    .string()
    .max(longest)
    .transform(tidy)
    .pipe(rule as z.ZodType<Out, string | undefined>)
    .meta({ ...boundsOf(rule), ...published })

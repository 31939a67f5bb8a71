import { z } from 'zod'
import type { Said, Told } from './said.ts'

/**
 * A text of an answer. What the core gives for it is `z.input` of the schema; an answer holds it in the language of its
 * reader, or does not compile.
 */
export const SaidText = z.string() as unknown as z.ZodType<Told, Said>

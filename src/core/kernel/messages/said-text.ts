import { z } from 'zod'
import type { Said } from './said.ts'

/** A text of an answer that becomes one in the language of its reader, where it is written down. */
export const SaidText = z.string() as unknown as z.ZodType<Said>

import { z } from 'zod'

/** Time that somebody spent on something, as answers show it. */
export const timeSpentFields = {
  timeSpent: z.number().int().meta({ description: 'Whole minutes.' }),
  timeSpentSeconds: z.number().int(),
}

export const timeSpentOf = (seconds: number) => ({
  timeSpent: wholeMinutes(seconds),
  timeSpentSeconds: seconds,
})

/** The same of everything that somebody takes or took part in. */
export const totalTimeSpentFields = {
  totalTimeSpent: z.number().int().meta({ description: 'Whole minutes; what overlaps counts once.' }),
  totalTimeSpentSeconds: z.number().int(),
}

export const totalTimeSpentOf = (seconds: number) => ({
  totalTimeSpent: wholeMinutes(seconds),
  totalTimeSpentSeconds: seconds,
})

const wholeMinutes = (seconds: number): number => Math.floor(seconds / 60)

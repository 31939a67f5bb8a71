import { z } from 'zod'
import type { Readiness } from './health.ts'

export const ReadinessView = z
  .object({
    status: z.enum(['ready', 'degraded', 'not_ready', 'stopping']).meta({
      description:
        '`degraded`: it serves, and somebody has to look at its `concerns`. `not_ready`: a dependency is down. `stopping`: the process ends.',
    }),
    concerns: z.array(z.string()).meta({
      description:
        'What is wrong and keeps nobody from being served. `mail_stands_still`: mail has waited for 15 minutes. `jobs_stand_still`: see `jobs`. `clock_behind_keys`: the clock says that no key may be used yet, so the oldest is. `client_address_unknown`: in the last five minutes there were requests of which nobody said who sent them, so that no limit counted them.',
    }),
    jobs: z
      .object({ standingStill: z.array(z.string()) })
      .nullable()
      .meta({
        description:
          'Jobs that run for an hour, failed three times in a row, or did not end well for two of their turns; `all` where what begins them has been silent for five minutes.',
      }),
    dependencies: z.record(z.string(), z.object({ state: z.enum(['up', 'down']), latencyMs: z.number() })),
    mail: z
      .object({ waiting: z.number().int(), dead: z.number().int(), oldestWaitingMs: z.number() })
      .nullable()
      .meta({
        description:
          'Mail on its way out. `oldestWaitingMs` is since it was first due, however often it has been tried. Alert on `dead`, and on an `oldestWaitingMs` of minutes.',
      }),
    schema: z
      .object({
        found: z.number().int().nullable(),
        needed: z.number().int(),
        missing: z.array(z.number().int()),
        run: z.string(),
      })
      .nullable()
      .meta({
        description:
          'Where the database of forms, mail and the audit log is older than this program needs: its schema (`null`: so old that it may not be read), which migrations are `missing`, and what to `run`. All else is 503 until then. `null` where nothing is missing, or while that cannot be told.',
      }),
    forms: z
      .object({
        waiting: z.number().int(),
        overdue: z.number().int(),
        quarantined: z.number().int(),
        oldestQuarantinedMs: z.number(),
      })
      .nullable()
      .meta({
        description:
          'Forms that nobody has looked at, with those that were put aside as spam (`quarantined`). 1,000 stands for that many or more. Alert on `overdue`, and on an `oldestQuarantinedMs` of a day.',
      }),
  })
  .meta({ id: 'Readiness' })
export type ReadinessView = z.infer<typeof ReadinessView>

export const viewOfReadiness = (readiness: Readiness): ReadinessView => ({
  ...readiness,
  dependencies: { ...readiness.dependencies },
  concerns: [...readiness.concerns],
  schema: readiness.schema && { ...readiness.schema, missing: [...readiness.schema.missing] },
  jobs: readiness.jobs && { standingStill: [...readiness.jobs.standingStill] },
})

import { z } from 'zod'

export const SettingInForce = z
  .object({
    name: z.string().meta({ example: 'PASSWORD_MIN_LENGTH' }),
    area: z.string().meta({ example: 'Accounts' }),
    says: z.string().meta({ example: 'The fewest characters of a password.' }),
    isSecret: z.boolean(),
    isSet: z.boolean().meta({ description: 'Else its default is in force.' }),
    value: z
      .string()
      .nullable()
      .meta({ description: 'Null for a secret, and where there is none.', example: '12' }),
  })
  .meta({ id: 'SettingInForce' })

export const Deployment = z
  .object({
    version: z.string().meta({ example: '0.1.0' }),
    runtime: z.enum(['node', 'functions', 'workerd']),
    isProduction: z.boolean(),
    adapters: z.record(z.string(), z.string()).meta({
      description: 'Which kind stands behind each port that has several.',
      example: { documents: 'sqlite' },
    }),
    settings: z.array(SettingInForce).meta({ description: 'In the order of `.env.example`.' }),
  })
  .meta({ id: 'Deployment', description: 'What runs, and with which settings. No secret is in it.' })
export type Deployment = z.infer<typeof Deployment>

/** The release, as `package.json` has it: code that runs everywhere cannot read that file. */
export const version = '0.1.0'

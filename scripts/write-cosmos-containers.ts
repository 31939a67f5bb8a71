import { writeFile } from 'node:fs/promises'
import { describeContainers } from '../src/adapters/cosmos/plan.ts'
import { collections } from '../src/app/domains.ts'

/** infra/cosmos-containers.json: the plan of `npm run azure:setup` for templates, which need no key of the account. */
export const describeCosmosContainers = (): string =>
  `${JSON.stringify({ containers: describeContainers(collections) }, null, 2)}\n`

if (import.meta.main)
  await writeFile(new URL('../infra/cosmos-containers.json', import.meta.url), describeCosmosContainers())

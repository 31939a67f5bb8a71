import { emptyFace } from '../../kernel/domain.ts'
import { type Deployment, version } from './deployment.model.ts'

export interface DeploymentConfig {
  readonly deployment: {
    readonly runtime: Deployment['runtime']
    readonly isProduction: boolean
    readonly adapters: Readonly<Record<string, string>>
    readonly settings: readonly Readonly<Deployment['settings'][number]>[]
  }
}

/** What was read when the process started: it changes with the next start alone. */
export function createDeployment(_needs: object, _below: object, { deployment }: DeploymentConfig) {
  const { adapters, settings } = deployment
  const told: Deployment = {
    version,
    ...deployment,
    adapters: { ...adapters },
    settings: settings.map((setting) => ({ ...setting })),
  }
  return { ...emptyFace, read: (): Deployment => told }
}

export type DeploymentDomain = ReturnType<typeof createDeployment>

export const deploymentDomain = { collections: [], create: createDeployment }

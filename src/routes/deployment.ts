import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { Deployment } from '../core/staff/deployment/deployment.model.ts'
import type { DeploymentDomain } from '../core/staff/deployment/deployment.ts'
import type { AppEnv } from '../http/request-context.ts'
import { errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'

const readDeployment = createRoute({
  method: 'get',
  path: '/',
  operationId: 'readDeployment',
  tags: ['Admin'],
  summary: 'Get the settings in force',
  description:
    'With the version, the runtime and the adapters in use. Of a secret only whether it is set. They change when the process starts again.',
  ...onlyFor('admin'),
  responses: { 200: json(Deployment, 'As the process started.'), ...errors(401, 403) },
})

export const deploymentRoutes = (deployment: DeploymentDomain) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid }).openapi(readDeployment, (c) =>
    c.json(deployment.read(), 200),
  )

import { z } from 'zod'
import { area } from './area.ts'

/** `az afd endpoint show --query id` prints it. */
const endpointId =
  /^\/subscriptions\/[\da-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.Cdn\/profiles\/[\w-]{1,260}\/afdEndpoints\/[\w-]{1,90}$/i

export const edge = area({
  title: 'Copies in front of the API',
  settings: {
    FRONT_DOOR_ENDPOINT: {
      schema: z.string().regex(endpointId, {
        message: 'must be the resource id of an endpoint of Front Door, from /subscriptions/ on',
      }),
      says: 'The resource id of the endpoint of our Azure Front Door: what was published, changed or removed is taken out of it, as the managed identity. Unset: copies run out by themselves.',
    },
  },
  read: (values) => ({ config: { edge: { frontDoorEndpoint: values.FRONT_DOOR_ENDPOINT ?? null } } }),
})

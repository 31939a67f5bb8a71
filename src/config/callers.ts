import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { area } from './area.ts'
import { functions } from './functions.ts'
import { csv, json, wholeNumber } from './schemas.ts'
import { server } from './server.ts'

const TrustedSites = json('must be JSON').pipe(
  z.array(
    z.strictObject({
      name: z.string().min(1).max(80),
      networks: z
        .array(z.string().refine(ipaddr.isValidCIDR, { message: 'must be a CIDR such as 203.0.113.0/24' }))
        .min(1),
      scale: z.number().positive().max(1000),
    }),
  ),
)

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

const FrontDoorIds = csv
  .refine((ids) => [1, 2].includes(ids.length) && ids.every((id) => uuid.test(id)), {
    message:
      'must be the id of a Front Door, a UUID, or two with a comma between them while one replaces the other',
  })
  .transform((ids) => ids.map((id) => id.toLowerCase()))

/** Looks at every place of every id, whatever is found: how long it takes tells nothing about them. */
const createIsOurs =
  (ids: readonly string[]) =>
  (given: string | undefined): boolean => {
    const text = (given ?? '').toLowerCase()
    let isAny = false
    for (const id of ids) {
      let differs = id.length ^ text.length
      for (let at = 0; at < id.length; at++) differs |= id.charCodeAt(at) ^ text.charCodeAt(at)
      isAny = differs === 0 || isAny
    }
    return isAny
  }

export const callers = area({
  title: 'Who is calling, and by which way',
  settings: {
    CLIENT_ADDRESS: {
      schema: z.enum(['socket', 'hops', 'front-door']),
      says: "Who says a caller's address. socket: the connection. hops: our own proxies, by X-Forwarded-For (TRUSTED_PROXY_HOPS). front-door: our Azure Front Door, by X-Azure-SocketIP (FRONT_DOOR_ID). Unset: hops where TRUSTED_PROXY_HOPS is 1 or more, else socket.",
    },
    TRUSTED_PROXY_HOPS: {
      schema: wholeNumber(0, 10),
      says: 'How many of our own proxies stand in front: the client is that entry of X-Forwarded-For, from the right. Unset: 1 on Azure Functions, else 0.',
    },
    ORIGIN_LOCK: {
      schema: z.enum(['off', 'front-door']),
      fallback: 'off',
      says: 'front-door: whatever did not come by our Azure Front Door (FRONT_DOOR_ID) is 403, but for the check that the process is alive and the events of Web PubSub.',
    },
    FRONT_DOOR_ID: {
      schema: FrontDoorIds,
      isSecret: true,
      says: 'The id that our Azure Front Door writes into X-Azure-FDID. Two, with a comma between them, while one replaces the other.',
    },
    TRUSTED_SITES: {
      schema: TrustedSites,
      fallback: '[]',
      example: '[{"name":"Central Library","networks":["203.0.113.0/24"],"scale":20}]',
      says: 'Places where many people share one address, as JSON; scale multiplies every limit there.',
    },
  },
  owns: ['FRONT_DOOR_'],
  shares: ['TRUSTED_'],
  read(values, { isSet, problem, read, runtime, warning }) {
    const { isProduction } = read(server)
    const { isStreaming } = read(functions).config.functions
    const isOnFunctions = runtime === 'functions'
    // App Service, which stands in front of Functions, is a proxy of ours.
    const hops = values.TRUSTED_PROXY_HOPS ?? (isOnFunctions ? 1 : 0)
    const from = values.CLIENT_ADDRESS ?? (hops > 0 ? 'hops' : 'socket')
    const isLocked = values.ORIGIN_LOCK === 'front-door'
    const ids = values.FRONT_DOOR_ID ?? []

    if (from === 'hops' && hops === 0)
      problem(['CLIENT_ADDRESS', 'TRUSTED_PROXY_HOPS'], 'hops needs TRUSTED_PROXY_HOPS of 1 or more')
    if (from === 'socket' && hops > 0 && isSet('TRUSTED_PROXY_HOPS'))
      problem(
        ['CLIENT_ADDRESS', 'TRUSTED_PROXY_HOPS'],
        'socket counts no proxies: take TRUSTED_PROXY_HOPS away, or write hops',
      )
    if (from === 'socket' && isOnFunctions)
      problem(
        ['CLIENT_ADDRESS', 'TRUSTED_PROXY_HOPS'],
        'Azure Functions shows no connection: write front-door with FRONT_DOOR_ID, or hops with TRUSTED_PROXY_HOPS of 1 or more',
      )
    if (from === 'front-door' && ids.length === 0)
      problem(['CLIENT_ADDRESS', 'FRONT_DOOR_ID'], 'front-door needs FRONT_DOOR_ID, the id of our Front Door')
    if (isLocked && ids.length === 0)
      problem(['ORIGIN_LOCK', 'FRONT_DOOR_ID'], 'front-door needs FRONT_DOOR_ID, the id of our Front Door')
    if (ids.length > 0 && from !== 'front-door' && !isLocked)
      problem(
        'FRONT_DOOR_ID',
        'is used by CLIENT_ADDRESS=front-door and ORIGIN_LOCK=front-door: set one, or both',
      )

    if (from === 'front-door' && isSet('TRUSTED_PROXY_HOPS'))
      warning('TRUSTED_PROXY_HOPS: is not looked at with CLIENT_ADDRESS=front-door')
    if (from === 'front-door' && !isLocked && isProduction)
      warning('ORIGIN_LOCK: is off, so whoever calls this server past the Front Door is counted by no limit')
    if (from === 'hops' && hops > 1 && isOnFunctions && isStreaming)
      warning(
        'TRUSTED_PROXY_HOPS: while it streams the host of Azure Functions leaves one entry of X-Forwarded-For. Set CLIENT_ADDRESS=front-door, or FUNCTIONS_STREAMING=off.',
      )

    const isOurFrontDoor = createIsOurs(ids)
    return {
      /** Whether those who connect are callers, and not proxies of ours. */
      isDirect: from === 'socket',
      app: {
        clientAddress:
          from === 'front-door' ? { from, isOurFrontDoor } : from === 'hops' ? { from, hops } : { from },
        /** Null: open. */
        originLock: isLocked ? { isOurFrontDoor } : null,
        trustedSites: values.TRUSTED_SITES,
      },
    }
  },
})

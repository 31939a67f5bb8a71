import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'

/*
 * What the library of the stand-in does not know: who pays for what. A database has throughput that its containers share, or
 * none; a container has its own, or shares. The refusals are the service's, with its words.
 */

const require = createRequire(import.meta.url)
const library = '@vercel/cosmosdb-server/lib/'

type Handler = (account: any, request: IncomingMessage, response: ServerResponse, params: any) => any

/** Whether the account of a request is a serverless one. */
export const serverless = new AsyncLocalStorage<boolean>()

const mostThatShare = 25

interface Offer {
  readonly autoscaleMax?: number
  readonly manual?: number
}

/** By the `_self` of the database or container that has it. */
const offersOf = new WeakMap<object, Map<string, Offer>>()
function offersIn(account: object): Map<string, Offer> {
  const offers = offersOf.get(account) ?? new Map<string, Offer>()
  offersOf.set(account, offers)
  return offers
}

function offerIn({ headers }: IncomingMessage): Offer | undefined {
  const autoscale = headers['x-ms-cosmos-offer-autopilot-settings']
  const manual = headers['x-ms-offer-throughput']
  if (autoscale !== undefined) return { autoscaleMax: JSON.parse(String(autoscale)).maxThroughput }
  return manual === undefined ? undefined : { manual: Number(manual) }
}

function refusalOf(offer: Offer, kind: string): string | undefined {
  const { autoscaleMax, manual } = offer
  if (serverless.getStore())
    return `Setting offer throughput or autopilot on ${kind} is not supported for serverless accounts.`
  if (autoscaleMax !== undefined && !(autoscaleMax >= 1000 && autoscaleMax % 1000 === 0))
    return `Entered autoscale max throughput ${autoscaleMax} is invalid. It must be at least 1000 and a multiple of 1000.`
  if (manual !== undefined && !(manual >= 400 && manual % 100 === 0))
    return `The offer should have valid throughput values between 400 and 1000000 inclusive in increments of 100.`
  return undefined
}

function refuse(response: ServerResponse, message: string, substatus?: number) {
  response.statusCode = 400
  if (substatus !== undefined) response.setHeader('x-ms-substatus', String(substatus))
  return { code: 'BadRequest', message: `Message: {"Errors":[${JSON.stringify(message)}]}` }
}

function wrapHandler(name: string, wrap: (handler: Handler) => Handler): void {
  const handler = require(`${library}handler/${name}`)
  handler.default = wrap(handler.default)
}

/** Has to come before the library's table of routes is loaded. */
export function addThroughput(): void {
  for (const [name, kind] of [
    ['create-database', 'database'],
    ['create-collection', 'container'],
  ] as const)
    wrapHandler(name, (handler) => async (account, request, response, params) => {
      const offers = offersIn(account)
      const offer = offerIn(request)
      const refusal = offer && refusalOf(offer, kind)
      if (refusal) return refuse(response, refusal)
      const made = await handler(account, request, response, params)
      if (response.statusCode !== 201) return made
      if (offer) offers.set(made._self, offer)
      if (kind === 'database' || offer || !offers.has(account.database(params.dbId).read()._self)) return made
      const { collections } = account.database(params.dbId)
      const sharing = [...collections._data.values()].filter((each: any) => !offers.has(each.read()._self))
      if (sharing.length <= mostThatShare) return made
      collections.delete(made.id, made.id)
      return refuse(
        response,
        `Collection create forbidden as collection count in database offer has exceeded ${mostThatShare}.`,
        1019,
      )
    })

  for (const name of ['delete-database', 'delete-collection'])
    wrapHandler(name, (handler) => async (account, request, response, params) => {
      const database = account.database(params.dbId)
      const resource = (params.collId === undefined ? database : database.collection(params.collId)).read()
      const answer = await handler(account, request, response, params)
      if (response.statusCode === 204) offersIn(account).delete(resource?._self)
      return answer
    })
}

/** Loads the library's table of routes. */
export function addOffers(): void {
  const readJson = require(`${library}json`).default
  const queryOffers: Handler = async (account, request, response) => {
    const { query } = await readJson(request)
    if (serverless.getStore())
      return refuse(response, 'Reading or replacing offers is not supported for serverless accounts.')
    const [, resource = ''] = /root\.resource = "([^"]*)"/.exec(String(query?.query ?? query)) ?? []
    const offer = offersIn(account).get(resource)
    response.statusCode = 200
    const { autoscaleMax, manual } = offer ?? {}
    const content = {
      offerThroughput: manual ?? (autoscaleMax ?? 0) / 10,
      ...(autoscaleMax === undefined ? {} : { offerAutopilotSettings: { maxThroughput: autoscaleMax } }),
    }
    return { _rid: '', Offers: offer ? [{ id: resource, resource, offerVersion: 'V2', content }] : [] }
  }
  const routes = require(`${library}routes`)
  const find = routes.default
  routes.default = (request: IncomingMessage) =>
    request.method === 'POST' && /^\/+offers\/?$/.test(request.url ?? '') ? [{}, queryOffers] : find(request)
}

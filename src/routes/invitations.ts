import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { Conversation } from '../core/messaging/chat/chat.model.ts'
import type { Chat } from '../core/messaging/chat/chat.ts'
import {
  InvitationPreview,
  Invitations,
  IssuedInvitation,
  NewInvitation,
} from '../core/messaging/chat/invitations.model.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, reachesOthers, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['MackChat']
const ConversationId = z.object({ id: z.uuid().meta({ example: examples.conversationId }) })
const InvitationId = ConversationId.extend({
  invitationId: z.uuid().meta({ example: examples.invitationId }),
})
const Token = z.object({ token: z.string().max(200).meta({ example: examples.invitationToken }) })

const createInvitation = createRoute({
  method: 'post',
  path: '/conversations/{id}/invitations',
  operationId: 'createInvitation',
  tags,
  summary: 'Create an invitation to a group',
  description:
    'A link by which people come in, for admins and moderators. It works until it expires, is used up or revoked, and as long as I am in the group and may invite. 20 an hour.',
  ...reachesOthers,
  request: {
    params: ConversationId,
    ...body(NewInvitation, { expiresInSeconds: 604_800, maxUses: 10, role: 'member' }),
  },
  responses: {
    201: json(IssuedInvitation, 'With its link, which is not said again.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const listInvitations = createRoute({
  method: 'get',
  path: '/conversations/{id}/invitations',
  operationId: 'listInvitations',
  tags,
  summary: 'List the invitations to a group',
  description: 'Those that are not over, newest first. For admins and moderators.',
  ...signedInOrGuest,
  request: { params: ConversationId },
  responses: { 200: json(Invitations, 'All of them.'), ...errors(400, 401, 403, 404, 409) },
})

const revokeInvitation = createRoute({
  method: 'delete',
  path: '/conversations/{id}/invitations/{invitationId}',
  operationId: 'revokeInvitation',
  tags,
  summary: 'Revoke an invitation to a group',
  description: 'One of mine, or of somebody whose role is below mine.',
  ...signedInOrGuest,
  request: { params: InvitationId },
  responses: {
    204: { description: 'It lets nobody in, even if that was so before.' },
    ...errors(400, 401, 403, 404, 409),
  },
})

const readInvitation = createRoute({
  method: 'get',
  path: '/invitations/{token}',
  operationId: 'readInvitation',
  tags,
  summary: 'Get an invitation',
  description:
    'Where it leads, for who holds it. 404 alike for one that never was, is over, or is not for me. 20 a minute, together with accepting and declining.',
  ...signedInOrGuest,
  request: { params: Token },
  responses: { 200: json(InvitationPreview, 'The group.'), ...errors(400, 401, 403, 404) },
})

const acceptInvitation = createRoute({
  method: 'post',
  path: '/invitations/{token}/accept',
  operationId: 'acceptInvitation',
  tags,
  summary: 'Accept an invitation',
  description:
    'I see what is written from then on. Whoever is a member already uses nothing up. 409 when the group is full.',
  ...reachesOthers,
  request: { params: Token },
  responses: {
    200: json(Conversation, 'The group, of which I am a member.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const declineInvitation = createRoute({
  method: 'post',
  path: '/invitations/{token}/decline',
  operationId: 'declineInvitation',
  tags,
  summary: 'Decline an invitation',
  description: 'It is counted, and not kept who said so. An invitation for one person is over then.',
  ...signedInOrGuest,
  request: { params: Token },
  responses: { 204: { description: 'Declined.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

export const invitationRoutes = (chat: Chat) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(createInvitation, async (c) =>
      c.json(await chat.invite(actorOf(c), c.req.valid('param').id, c.req.valid('json')), 201),
    )
    .openapi(listInvitations, async (c) =>
      c.json(await chat.listInvitations(actorOf(c), c.req.valid('param').id), 200),
    )
    .openapi(revokeInvitation, async (c) => {
      const { id, invitationId } = c.req.valid('param')
      await chat.revokeInvitation(actorOf(c), id, invitationId)
      return c.body(null, 204)
    })
    .openapi(readInvitation, async (c) =>
      c.json(await chat.readInvitation(actorOf(c), c.req.valid('param').token), 200),
    )
    .openapi(acceptInvitation, async (c) =>
      c.json(await chat.acceptInvitation(actorOf(c), c.req.valid('param').token), 200),
    )
    .openapi(declineInvitation, async (c) => {
      await chat.declineInvitation(actorOf(c), c.req.valid('param').token)
      return c.body(null, 204)
    })

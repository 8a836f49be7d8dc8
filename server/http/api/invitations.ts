import { z } from 'zod';
import type { Invitation } from '../../database/tables/invitation-table.js';
import { id_user, personName, roomName, time } from '../../protocol/entities.js';
import { ACCESS } from '../../protocol/room.js';
import { type Invitations, MAX_INVITATIONS, type OpenInvitation } from '../../rooms/invitations.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import { invitationFields } from './schemas/invitation-fields.js';
import * as fields from './schemas/request-fields.js';

export interface InvitationEndpointsDependencies {
  invitations: Pick<Invitations, 'create' | 'list' | 'revoke' | 'for' | 'read' | 'accept'>;
  visitors: Visitors;
}

const tag = 'Invitations';
const ofRoom = { tag, path: '/api/rooms/:room/invitations', params: { room: fields.room } };
const roomErrors = ['bad-room', 'no-such-room', 'not-allowed'] as const;
const id = z
  .string()
  .meta({ description: 'Id of an invitation, not its token', examples: ['9f86d081884c7d65'] });
const token = z.string().meta({ description: 'The last part of the link', examples: ['x0Zk3mYkqT2v'] });

const invitation = z
  .object({
    id,
    room: roomName,
    by: id_user.nullable().describe('The user who invites'),
    created: time.nullable(),
    expires: time.nullable().describe('Null: it does not expire'),
    uses_left: z.int().nullable().describe('How many users may still join; null: any number'),
    uses: z.int().describe('How many users have joined'),
    id_user: id_user.nullable().describe('The only user who may join'),
  })
  .meta({ id: 'Invitation' }) satisfies z.ZodType<Invitation>;

const openInvitation = z
  .object({
    id,
    room: z.object({ name: roomName, topic: z.string(), access: z.enum(ACCESS) }),
    by: personName.nullable().describe('The name of the user who invites'),
    expires: time.nullable(),
  })
  .meta({ id: 'OpenInvitation', description: 'An invitation as the invited user sees it.' });

const joined = {
  200: { description: 'You are a member', schema: z.object({ room: roomName, joined: z.boolean() }) },
};

const createInvitation = operation({
  ...ofRoom,
  id: 'createInvitation',
  method: 'post',
  summary: 'Invite into a room',
  description:
    'Creates a link, or with `id_user` an invitation that only this user can accept. For moderators. The token is not shown again.',
  body: invitationFields,
  responses: {
    201: {
      description: 'The invitation',
      schema: invitation.extend({ token, path: z.string().meta({ examples: ['/i/x0Zk3mYkqT2v'] }) }),
      headers: { Location: 'The address of the page of the link' },
    },
  },
  errors: [...roomErrors, 'bad-limit', 'no-such-user', 'too-many-invitations', 'overloaded'],
});

const listInvitations = operation({
  ...ofRoom,
  id: 'listInvitations',
  method: 'get',
  summary: 'List the invitations into a room',
  description: `Those that have not ended, the newest first, at most ${MAX_INVITATIONS}. For moderators.`,
  responses: { 200: { description: 'The invitations', schema: z.array(invitation) } },
  errors: roomErrors,
});

const revokeInvitation = operation({
  ...ofRoom,
  id: 'revokeInvitation',
  method: 'delete',
  path: `${ofRoom.path}/:id`,
  params: { ...ofRoom.params, id },
  summary: 'Revoke an invitation',
  responses: { 204: { description: 'The invitation has ended' } },
  errors: [...roomErrors, 'no-such-invitation'],
});

const readInvitation = operation({
  id: 'readInvitation',
  method: 'get',
  path: '/api/invitations/:token',
  tag,
  params: { token },
  summary: 'Read an invitation',
  responses: { 200: { description: 'The invitation', schema: openInvitation } },
  errors: ['no-such-invitation'],
});

const acceptInvitation = operation({
  id: 'acceptInvitation',
  method: 'post',
  path: '/api/invitations/:token',
  tag,
  params: { token },
  summary: 'Join the room of an invitation',
  description: 'Joining a room of which you are a member is not an error, and does not count as a use.',
  responses: joined,
  errors: ['no-such-invitation', 'too-many-rooms', 'overloaded'],
});

const listOwnInvitations = operation({
  id: 'listOwnInvitations',
  method: 'get',
  path: '/api/me/invitations',
  tag,
  summary: 'List the invitations for you',
  responses: { 200: { description: 'The invitations', schema: z.array(openInvitation) } },
});

const acceptOwnInvitation = operation({
  id: 'acceptOwnInvitation',
  method: 'post',
  path: '/api/me/invitations/:id',
  tag,
  params: { id },
  summary: 'Accept an invitation for you',
  responses: joined,
  errors: ['no-such-invitation', 'too-many-rooms', 'overloaded'],
});

/** Invitations. A write is answered when this server sees its effect too. */
export function invitationEndpoints({ invitations, visitors }: InvitationEndpointsDependencies): Endpoint[] {
  return [
    endpoint(createInvitation, async ({ params: { room }, body }, req, res) => {
      const by = (await visitors.visitor(req, res)).id_user;
      const { expires_in, uses, id_user = null } = body;
      const expiresInMs = expires_in === null ? null : expires_in * 1000;
      const request = { room, by, address: req.ip, expiresInMs, uses, id_user };
      const { invitation, token } = await invitations.create(request);
      const path = `/i/${token}`;
      res
        .status(201)
        .location(path)
        .set('Cache-Control', 'no-store')
        .json({ ...invitation, token, path });
    }),

    endpoint(listInvitations, async ({ params: { room } }, req, res) => {
      const reader = await visitors.reader(req);
      res.set('Cache-Control', 'no-store').json(await invitations.list(room, reader));
    }),

    endpoint(revokeInvitation, async ({ params: { room, id } }, req, res) => {
      await invitations.revoke(room, id, (await visitors.visitor(req, res)).id_user);
      res.status(204).end();
    }),

    endpoint(readInvitation, async ({ params: { token } }, req, res) => {
      const found = await invitations.read(token, await visitors.reader(req));
      res.set('Cache-Control', 'no-store').json(shown(found));
    }),

    endpoint(acceptInvitation, async ({ params: { token } }, req, res) => {
      const room = await invitations.accept({ token }, await visitors.visitor(req, res), req.ip);
      res.json({ room, joined: true });
    }),

    endpoint(listOwnInvitations, async (_input, req, res) => {
      const found = await invitations.for(await visitors.reader(req));
      res.set('Cache-Control', 'no-store').json(found.map(shown));
    }),

    endpoint(acceptOwnInvitation, async ({ params: { id } }, req, res) => {
      const room = await invitations.accept({ id }, await visitors.visitor(req, res), req.ip);
      res.json({ room, joined: true });
    }),
  ];
}

function shown({ invitation: { id, expires }, room, by }: OpenInvitation) {
  return { id, room, by, expires };
}

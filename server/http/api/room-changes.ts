import { z } from 'zod';
import { LIMITS } from '../../protocol/message.js';
import { ACCESS, JOINING, POSTING } from '../../protocol/room.js';
import { cleanRoomSettings, ROOM_SETTINGS } from '../../protocol/room-settings.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import type { RoomMembers } from '../../rooms/room-members.js';
import type { RoomSettings } from '../../rooms/room-settings.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { rule } from '../openapi/rule.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface RoomChangesDependencies {
  directory: Pick<RoomDirectory, 'info'>;
  roomMembers: Pick<RoomMembers, 'setRole' | 'remove'>;
  roomSettings: Pick<RoomSettings, 'change'>;
  visitors: Visitors;
}

const tag = 'Rooms';

const choice = (name: 'access' | 'joining' | 'posting', choices: readonly string[], description: string) =>
  rule(ROOM_SETTINGS[name], { type: 'string', enum: choices, description }).optional();

const changeRoom = operation({
  id: 'changeRoom',
  method: 'patch',
  path: '/api/rooms/:room',
  tag,
  summary: 'Change the settings of a room',
  description:
    'Of a created room. The settings that are sent are changed, the others are kept. Topic and description are for moderators, the others for the owner.',
  params: { room: fields.room },
  body: {
    topic: fields.topic,
    description: rule(ROOM_SETTINGS.description, {
      type: 'string',
      maxLength: LIMITS.description,
    }).optional(),
    access: choice('access', ACCESS, '`private`: unlisted, by invitation'),
    joining: choice('joining', JOINING, 'How users join a room for members: by themselves, or on request'),
    posting: choice('posting', POSTING, '`moderators`: only moderators and the owner write'),
    archived: rule(ROOM_SETTINGS.archived, {
      type: 'boolean',
      description: 'The room can only be read',
    }).optional(),
  },
  responses: {
    200: {
      description: 'The room, and the effect of a change of its access on users who are not members',
      schema: z.object({
        ...responses.roomEntry.shape,
        loses_access: z.int().describe('Users who are in the room now and cannot read it any more'),
        gains_access: z.boolean().describe('All users can read and write in the room now'),
      }),
    },
  },
  errors: [
    'bad-room',
    'bad-topic',
    'bad-description',
    'bad-access',
    'bad-setting',
    'no-such-room',
    'not-allowed',
    'archived',
    'overloaded',
  ],
});

const ofMember = {
  tag,
  path: '/api/rooms/:room/members/:id',
  params: { room: fields.room, id: fields.userId },
};
const memberErrors = ['bad-room', 'no-such-room', 'no-such-member', 'not-allowed', 'overloaded'] as const;

const setRole = operation({
  ...ofMember,
  id: 'setRole',
  method: 'put',
  summary: 'Change the role of a member',
  description: 'The role `owner` transfers the ownership: the former owner becomes a moderator.',
  body: { role: z.enum(responses.MEMBER_ROLES) },
  plainText: 'role',
  responses: { 204: { description: 'The member has the role' } },
  errors: memberErrors,
});

const removeMember = operation({
  ...ofMember,
  id: 'removeMember',
  method: 'delete',
  summary: 'Remove a member',
  description: 'A member of a weaker role than yours.',
  responses: { 204: { description: 'The user is not a member' } },
  errors: memberErrors,
});

/** Changes of rooms by moderators and owners. A write is answered when this server sees its effect too. */
export function roomChangeEndpoints(dependencies: RoomChangesDependencies): Endpoint[] {
  const { directory, roomMembers, roomSettings, visitors } = dependencies;
  return [
    endpoint(changeRoom, async ({ params: { room }, body }, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      const effects = await roomSettings.change(room, id_user, cleanRoomSettings(body), req.ip);
      res.json({ ...(await directory.info(room, id_user)), ...effects });
    }),

    endpoint(setRole, async ({ params: { room, id }, body: { role } }, req, res) => {
      const by = (await visitors.visitor(req, res)).id_user;
      await roomMembers.setRole({ room, id_user: id, by, address: req.ip }, role);
      res.status(204).end();
    }),

    endpoint(removeMember, async ({ params: { room, id } }, req, res) => {
      const by = (await visitors.visitor(req, res)).id_user;
      await roomMembers.remove({ room, id_user: id, by, address: req.ip });
      res.status(204).end();
    }),
  ];
}

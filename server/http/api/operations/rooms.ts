import { z } from 'zod';
import { LIMITS } from '../../../protocol/message.js';
import { MEMBERS_PER_PAGE } from '../../../rooms/room-directory.js';
import { LISTED_ROOMS } from '../../../rooms/room-listing.js';
import { operation } from '../../openapi/operation.js';
import * as fields from '../request-fields.js';
import * as answers from '../response-schemas.js';

const tag = 'Rooms';
const params = { room: fields.room };

export const listRooms = operation({
  id: 'listRooms',
  method: 'get',
  path: '/api/rooms',
  tag,
  summary: 'List rooms',
  description: `Those that you have joined, by name, then at most ${LISTED_ROOMS} of the other created ones, with the most people first. With \`after\`, all created rooms in the order of their names, page by page.`,
  query: {
    after: z
      .string()
      .max(LIMITS.room)
      .optional()
      .describe('Name of a room: the page of those after it; an empty text for the first page'),
    limit: fields.limit({ min: 1, max: 100, fallback: 100 }, 'Rooms on a page, together with `after`'),
  },
  answers: {
    200: {
      description: 'The rooms',
      schema: z.array(answers.roomEntry),
      headers: { Link: 'The next page as `next`, where there are further rooms' },
    },
  },
  errors: ['bad-limit'],
});

export const createRoom = operation({
  id: 'createRoom',
  method: 'post',
  path: '/api/rooms',
  tag,
  summary: 'Create a room',
  description:
    'Gives a room a topic and says who may enter; you are its first member. A room need not be created to be used.',
  body: { name: fields.newRoom, topic: fields.topic, access: fields.access },
  plainText: 'name',
  answers: {
    201: {
      description: 'The room',
      schema: answers.roomEntry,
      headers: { Location: 'The address of the room' },
    },
  },
  errors: [
    'bad-room',
    'bad-topic',
    'bad-access',
    'room-exists',
    'room-in-use',
    'too-many-rooms',
    'overloaded',
  ],
});

export const getRoom = operation({
  id: 'getRoom',
  method: 'get',
  path: '/api/rooms/:room',
  tag,
  summary: 'What a room is',
  description: 'Of any name: a room that nobody has used yet is open and empty.',
  params,
  answers: { 200: { description: 'The room', schema: answers.roomEntry } },
  errors: ['bad-room'],
});

export const joinRoom = operation({
  id: 'joinRoom',
  method: 'post',
  path: '/api/rooms/:room/join',
  tag,
  summary: 'Join a room',
  description: 'Makes you a member, also of a room for members. Having joined already is no error.',
  params,
  answers: { 200: { description: 'You are a member', schema: answers.membership } },
  errors: ['bad-room', 'too-many-rooms', 'overloaded'],
});

export const leaveRoom = operation({
  id: 'leaveRoom',
  method: 'post',
  path: '/api/rooms/:room/leave',
  tag,
  summary: 'Leave a room',
  description: 'Being no member is no error.',
  params,
  answers: { 200: { description: 'You are no member', schema: answers.membership } },
  errors: ['bad-room', 'overloaded'],
});

export const markRead = operation({
  id: 'markRead',
  method: 'put',
  path: '/api/rooms/:room/read',
  tag,
  summary: 'Say how far you have read',
  description: 'Moves only forward. Kept for members.',
  params,
  body: { sent: fields.sent, id: fields.idAtPosition },
  answers: {
    200: {
      description: 'How far you have read',
      schema: z.object({ room: z.string().meta({ examples: ['lobby'] }), read: answers.position }),
    },
  },
  errors: ['bad-room', 'not-a-member'],
});

export const listMembers = operation({
  id: 'listMembers',
  method: 'get',
  path: '/api/rooms/:room/members',
  tag,
  summary: 'Who has joined',
  params,
  query: {
    limit: fields.limit({ min: 1, max: MEMBERS_PER_PAGE, fallback: MEMBERS_PER_PAGE }, 'Members on a page'),
    after: fields.cursor('after', 'The next page, as the header `Link` gives it'),
  },
  answers: {
    200: {
      description: 'The members, in the order of joining',
      schema: z.array(answers.member),
      headers: { Link: 'The next page as `next`, where there are further members' },
    },
  },
  errors: ['bad-room', 'bad-limit', 'bad-cursor', 'not-a-member'],
});

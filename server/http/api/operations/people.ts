import { z } from 'zod';
import { operation } from '../../openapi/operation.js';
import * as fields from '../request-fields.js';
import * as answers from '../response-schemas.js';

const tag = 'People';

export const getMe = operation({
  id: 'getMe',
  method: 'get',
  path: '/api/me',
  tag,
  summary: 'Who you are',
  description: 'A guest without a cookie becomes a new guest, and gets one.',
  answers: { 200: { description: 'You', schema: answers.user } },
});

export const setName = operation({
  id: 'setName',
  method: 'put',
  path: '/api/me',
  tag,
  summary: 'Take another name',
  description:
    'Your id stays. Everybody sees the new name at once. If it looks like the name of another user, yours gets a mark: `Mia #5f1c`.',
  body: { name: fields.name },
  plainText: 'name',
  answers: { 200: { description: 'You', schema: answers.user } },
  errors: ['bad-name', 'name-is-given', 'overloaded'],
});

export const getUsers = operation({
  id: 'getUsers',
  method: 'get',
  path: '/api/users',
  tag,
  summary: 'Names of users',
  query: { id: fields.userIds },
  answers: {
    200: { description: 'In the order asked for, without those nobody knows', schema: z.array(answers.user) },
  },
  errors: ['bad-limit'],
});

export const getUser = operation({
  id: 'getUser',
  method: 'get',
  path: '/api/users/:id',
  tag,
  summary: 'The name of a user',
  params: { id: fields.userId },
  answers: { 200: { description: 'The user', schema: answers.user } },
  errors: ['no-such-user'],
});

const present = {
  method: 'get',
  tag,
  params: { room: fields.room },
  answers: {
    200: {
      description: 'Every socket in the room, over all processes',
      schema: z.array(answers.presentUser),
      headers: { 'Presence-Partial': '`true` where other processes could not be asked at the moment' },
    },
  },
  errors: ['bad-room', 'not-a-member'],
} as const;

export const listPresent = operation({
  ...present,
  id: 'listPresent',
  path: '/api/rooms/:room/users',
  summary: 'Who is in a room now',
});

export const listPresentBriefly = operation({
  ...present,
  id: 'listPresentBriefly',
  path: '/:room/users',
  summary: 'Who is in a room now, by a shorter address',
  description:
    'Not for rooms that are called like a first segment of another address here, such as `api` or `r`.',
});

export const summarisePresence = operation({
  id: 'summarisePresence',
  method: 'get',
  path: '/api/presence/summary',
  tag,
  summary: 'How many people are where',
  description: 'Needs `PRESENCE_SUMMARY_TOKEN`; where that is not set, there is nothing at this address.',
  answers: { 200: { description: 'Counts of all rooms with somebody in them', schema: answers.summary } },
  for: 'secret',
});

export const flushPresence = operation({
  id: 'flushPresence',
  method: 'post',
  path: '/api/presence/flush',
  tag,
  summary: 'Drop what processes that are gone have left',
  description:
    'Nobody sees that anyway and it expires by itself. Needs `PRESENCE_FLUSH_TOKEN`; where that is not set, there is nothing at this address.',
  answers: {
    200: {
      description: 'How many entries were dropped',
      schema: z.object({ dropped: z.int().meta({ examples: [0] }) }),
    },
  },
  for: 'secret',
});

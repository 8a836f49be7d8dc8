import { operation } from '../../openapi/operation.js';
import * as fields from '../request-fields.js';
import * as answers from '../response-schemas.js';

const tag = 'Messages';
const path = '/api/rooms/:room/messages';
const params = { room: fields.room };
const one = { path: `${path}/:id`, params: { ...params, id: fields.messageId } };

export const listMessages = operation({
  id: 'listMessages',
  method: 'get',
  path,
  tag,
  summary: 'Read messages',
  description: 'The newest, or by cursor the page before or after another one.',
  params,
  query: {
    limit: fields.limit({ min: 1, max: 100, fallback: 50 }, 'Messages on a page'),
    before: fields.cursor('before', '`before` of a page: what is older'),
    after: fields.cursor('after', '`after` of a page: what is newer; not together with `before`'),
  },
  answers: {
    200: {
      description: 'A page',
      schema: answers.messagePage,
      headers: { Link: 'The older page as `prev`; the newer one as `next`, where there are newer messages' },
    },
  },
  errors: ['bad-room', 'bad-limit', 'bad-cursor', 'not-a-member', 'overloaded'],
});

const written = {
  Location: 'The address of the message',
  'Changeroom-Notice':
    '`bots-unavailable`: the message is a command, and the connection to the broker is lost; it waits in the database',
};

export const postMessage = operation({
  id: 'postMessage',
  method: 'post',
  path,
  tag,
  summary: 'Write a message',
  params,
  body: { body: fields.body, id: fields.newMessageId },
  plainText: 'body',
  answers: {
    201: {
      description: 'The message, on disk',
      schema: answers.message,
      headers: written,
    },
    200: {
      description: 'The message was there already: you sent it before, with this id',
      schema: answers.message,
      headers: written,
    },
  },
  errors: ['bad-room', 'bad-body', 'bad-id', 'not-a-member', 'id-taken', 'refused-by-database'],
});

export const getMessage = operation({
  ...one,
  id: 'getMessage',
  method: 'get',
  tag,
  summary: 'Read one message',
  answers: { 200: { description: 'The message', schema: answers.message } },
  errors: ['bad-room', 'not-a-member', 'no-such-message'],
});

export const editMessage = operation({
  ...one,
  id: 'editMessage',
  method: 'patch',
  tag,
  summary: 'Edit your message',
  body: { body: fields.body },
  plainText: 'body',
  answers: { 200: { description: 'The message as it is now', schema: answers.message } },
  errors: ['bad-room', 'bad-body', 'not-a-member', 'no-such-message', 'not-yours', 'refused-by-database'],
});

export const deleteMessage = operation({
  ...one,
  id: 'deleteMessage',
  method: 'delete',
  tag,
  summary: 'Delete your message',
  answers: { 204: { description: 'It is gone' } },
  errors: ['bad-room', 'not-a-member', 'no-such-message', 'not-yours'],
});

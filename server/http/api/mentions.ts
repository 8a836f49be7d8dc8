import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import type { MentionList } from '../../rooms/mention-list.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import { encodeCursor } from './schemas/cursor.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface MentionsDependencies {
  limits: Pick<Limits, 'heavyWork' | 'history'>;
  mentionList: MentionList;
  users: Pick<UserTable, 'namesFor'>;
  visitors: Visitors;
}

const listMentions = operation({
  id: 'listMentions',
  method: 'get',
  path: '/api/me/mentions',
  tag: 'Messages',
  summary: 'List the messages that mention you',
  description:
    'In all rooms that you may read, without your own messages. A body contains a mention as `<@id_user>`. A page may have ' +
    'fewer messages than `limit` although there are older ones.',
  query: {
    limit: fields.limit({ min: 1, max: 100, fallback: 50 }, 'Messages on a page'),
    before: fields.cursor('before', '`before` of a page: the older mentions'),
  },
  responses: {
    200: {
      description: 'A page',
      schema: responses.mentionPage,
      headers: { Link: 'The older page as `next`, if there is one' },
    },
  },
  errors: ['bad-limit', 'bad-cursor', 'overloaded'],
});

/** The messages that mention the sender of a request. */
export function mentionEndpoints({ limits, mentionList, users, visitors }: MentionsDependencies): Endpoint[] {
  return [
    endpoint(listMentions, async ({ query: { before = null, limit } }, req, res) => {
      const reader = await visitors.reader(req);
      await limits.history(reader, req.ip);
      const page = await limits.heavyWork.run(req.ip, () => mentionList.page(reader, before, limit));
      const names = await users.namesFor(page.messages);
      const cursor = page.before && encodeCursor(page.before);
      if (cursor) res.links({ next: `/api/me/mentions?limit=${limit}&before=${cursor}` });
      res.set('Cache-Control', 'no-cache').json({ messages: page.messages, before: cursor, names });
    }),
  ];
}

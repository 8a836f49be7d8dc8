import { decodeSearchCursor, encodeSearchCursor } from '../../search/cursor.js';
import { parseQuery, QUERY_LIMITS } from '../../search/query/search-query.js';
import { type Search, searchIsOff } from '../../search/search.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { rule } from '../openapi/rule.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface SearchEndpointsDependencies {
  /** Null: `SEARCH=false`. */
  search: Pick<Search, 'find'> | null;
  visitors: Visitors;
}

const searchMessages = operation({
  id: 'searchMessages',
  method: 'get',
  path: '/api/search',
  tag: 'Search',
  summary: 'Search messages',
  description:
    'Messages of the rooms that you can read, newest first: words, `"phrases"`, `from:name`, `in:room`, `before:2025-01-31`, `after:2025-01`, `has:link`, `has:image`, `has:file`.',
  query: {
    q: rule(parseQuery, {
      type: 'string',
      maxLength: QUERY_LIMITS.length,
      description: 'The search',
      examples: ['cake from:ada after:2025-01'],
    }),
    limit: fields.limit({ min: 1, max: 50, fallback: 20 }, 'Results on a page'),
    before: rule((value) => decodeSearchCursor(value, 'before'), {
      type: 'string',
      description: '`next` of a page: the older results',
    }).optional(),
  },
  responses: {
    200: {
      description: 'A page of results',
      schema: responses.searchPage,
      headers: { Link: 'The page of older results as `next`, if there are more' },
    },
  },
  errors: [
    'bad-query',
    'bad-limit',
    'bad-cursor',
    'not-a-member',
    'overloaded',
    'search-off',
    'search-unavailable',
  ],
});

export function searchEndpoints({ search, visitors }: SearchEndpointsDependencies): Endpoint[] {
  return [
    endpoint(searchMessages, async ({ query: { q: query, limit, before = null } }, req, res) => {
      if (!search) throw searchIsOff();
      const id_user = await visitors.reader(req);
      const page = await search.find({ query, id_user, address: req.ip, before, limit });
      const next = page.next === null ? null : encodeSearchCursor(page.next);
      if (next !== null)
        res.links({ next: `/api/search?q=${encodeURIComponent(query.text)}&limit=${limit}&before=${next}` });
      res.set('Cache-Control', 'no-store').json({ ...page, q: query.text, next });
    }),
  ];
}

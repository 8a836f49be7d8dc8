import { decodeSearchCursor, encodeSearchCursor } from '../../search/cursor.js';
import { parseQuery } from '../../search/query/search-query.js';
import { searchIsOff } from '../../search/search.js';
import type { Handler } from './handler.js';

export const search: Handler<'search'> = async (connection, { ref, q, before, limit }, { search }) => {
  const { id_user } = connection.requireSession();
  if (!search) throw searchIsOff();
  const query = parseQuery(q);
  const row = before === null ? null : decodeSearchCursor(before, 'before');
  const page = await search.find({ query, id_user, address: connection.address, before: row, limit });
  connection.requireSameUser(id_user);
  const next = page.next === null ? null : encodeSearchCursor(page.next);
  connection.send({ type: 'searchResults', ref, q: query.text, ...page, next });
};

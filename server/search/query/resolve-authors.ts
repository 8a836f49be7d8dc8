import type { UserTable } from '../../database/tables/user-table.js';
import type { ResolvedQuery } from './matcher.js';
import type { SearchQuery } from './search-query.js';
import { phraseOf } from './tokens.js';

/** Users of one name that are looked for. */
const MAX_USERS_PER_NAME = 20;
const SELF = 'me';

/**
 * Looks up the users after `from:`: by their current names, by ids, and `me`. Messages whose author had the name then are
 * found too, as those of programs have no id.
 * @throws ChatError `database-unavailable`
 */
export async function resolveAuthors(
  { authors, ...query }: SearchQuery,
  id_user: string,
  users: Pick<UserTable, 'idsNamed'>,
): Promise<ResolvedQuery> {
  if (authors.length === 0) return { ...query, authors: null };
  const others = authors.filter((name) => name.toLowerCase() !== SELF);
  const named = await Promise.all(others.map((name) => users.idsNamed(name, MAX_USERS_PER_NAME)));
  const own = others.length < authors.length && id_user !== '' ? [id_user] : [];
  const names = others.map((name) => phraseOf(name)).filter((phrase) => phrase.length > 0);
  return { ...query, authors: { ids: [...new Set([...own, ...others, ...named.flat()])], names } };
}

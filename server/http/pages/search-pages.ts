import { type Request, type Response, Router } from 'express';
import { ChatError, toChatError } from '../../protocol/errors.js';
import { cleanRoom, LOBBY } from '../../protocol/message.js';
import { decodeSearchCursor, encodeSearchCursor } from '../../search/cursor.js';
import { parseQuery, type SearchQuery } from '../../search/query/search-query.js';
import { type Search, type SearchPage, searchIsOff } from '../../search/search.js';
import { onlyMethods } from '../middleware/problems.js';
import type { Visitors } from '../visitors.js';
import { toHtml } from './html.js';
import { pageVisitor } from './page-visitor.js';
import { localeOf } from './reader-locale.js';
import { textOf } from './rejected-form.js';
import type { RoomPageLoader } from './room-page-loader.js';
import { asUser } from './rows/room-path.js';
import { searchExamples } from './rows/search-examples.js';
import { searchResultRow } from './rows/search-result.js';
import { sidePanel } from './side-panel.js';
import { inLocale } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

export interface SearchPagesDependencies {
  roomPages: RoomPageLoader;
  /** Null: `SEARCH=false`. */
  search: Pick<Search, 'find'> | null;
  visitors: Visitors;
}

const RESULTS_PER_PAGE = 20;
const VIEW_RESULTS = 50;
const NO_RESULTS: SearchPage = { results: [], next: null, indexed: 100, names: {} };

/**
 * `/search?q=`: a search with its results. `/view?q=`: the newest results of a search, which the page's script keeps up to date;
 * without JavaScript the page has a link to refresh it.
 */
export function searchPagesRouter({ roomPages, search, visitors }: SearchPagesDependencies): Router {
  async function find(
    query: SearchQuery | null,
    before: unknown,
    id_user: string,
    req: Request,
    limit: number,
  ) {
    if (!search) throw searchIsOff();
    if (!query) return NO_RESULTS;
    const row = before === undefined ? null : decodeSearchCursor(before, 'before');
    return search.find({ query, id_user, address: req.ip, before: row, limit });
  }

  async function show(req: Request, res: Response, kind: 'search' | 'view'): Promise<void> {
    const visitor = await pageVisitor(visitors, req, res, req.query.id_user !== undefined);
    const { user, as } = visitor;
    const room = roomOf(req.query.room);
    const text = textOf(req.query.q)?.trim() ?? '';
    let page = NO_RESULTS;
    let error: ChatError | null = null;
    try {
      const limit = kind === 'search' ? RESULTS_PER_PAGE : VIEW_RESULTS;
      const query = text === '' ? null : parseQuery(text);
      page = await find(query, kind === 'search' ? req.query.before : undefined, user.id_user, req, limit);
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown;
      error = toChatError(thrown);
    }
    const rooms = error?.code === 'database-unavailable' ? [] : await roomPages.list(user.id_user);
    res.status(error?.status ?? 200).set('Cache-Control', 'private, no-store');
    inLocale(localeOf(req, res), () => {
      const pathOf = (path: 'search' | 'view', parameter = '') =>
        asUser(`/${path}?room=${encodeURIComponent(room)}&q=${encodeURIComponent(text)}${parameter}`, as);
      const { results, names, indexed, next } = page;
      const rows = results.map((result) => searchResultRow(result, { names, time: UTC_TIME, as }));
      res.render('search', {
        ...sidePanel({ ...visitor, room, isRoomShown: false, rooms }),
        kind,
        text,
        error,
        indexed,
        rowsHtml: toHtml(...rows),
        operators: searchExamples((code) => ({ code })),
        isFirst: req.query.before === undefined,
        viewPath: pathOf('view'),
        nextPath: next === null ? null : pathOf('search', `&before=${encodeSearchCursor(next)}`),
      });
    });
  }

  const router = Router();
  for (const kind of ['search', 'view'] as const)
    router
      .route(`/${kind}`)
      .get((req, res) => show(req, res, kind))
      .all(onlyMethods('GET'));
  return router;
}

/** The room to which the page leads back. */
function roomOf(value: unknown): string {
  try {
    return cleanRoom(value);
  } catch {
    return LOBBY;
  }
}

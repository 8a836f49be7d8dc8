import { type ChatClient, type SearchResult, searchMessages } from 'changeroom-client';
import { searchResultRow } from '../../../server/http/pages/rows/search-result.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { h, toNode } from '../elements.js';
import { LOCAL_TIME } from '../times.js';

export interface SearchResultsOptions {
  client: Pick<ChatClient, 'request'>;
  as: string | null;
}

/** The results of one search, page by page. A result leads to its message. */
export class SearchResults {
  readonly #options: SearchResultsOptions;
  readonly list = h('ol', { class: 'results' });
  readonly older = h('button', { type: 'button', class: 'button quiet', hidden: true }, t('search.older'));
  /** Describes the results. */
  note = '';
  #q = '';
  #next: string | null = null;
  #count = 0;

  constructor(options: SearchResultsOptions) {
    this.#options = options;
  }

  /** The search that the results are of; empty: of none. */
  get q(): string {
    return this.#q;
  }

  clear(): void {
    this.#q = '';
    this.#next = null;
    this.#count = 0;
    this.note = '';
    this.older.hidden = true;
    this.list.replaceChildren();
  }

  /**
   * Shows the first page of a search.
   * @param isCurrent whether the answer is still wanted
   * @throws RequestError such as `bad-query`; ConnectionError
   */
  async search(q: string, isCurrent: () => boolean): Promise<void> {
    const page = await searchMessages(this.#options.client, q);
    if (!isCurrent()) return;
    this.clear();
    this.#q = q;
    this.#add(page);
    this.list.scrollTop = 0;
  }

  /** Adds the next page. @throws as `search` */
  async addOlder(): Promise<void> {
    const q = this.#q;
    const first = this.#count;
    const page = await searchMessages(this.#options.client, q, { before: this.#next });
    if (this.#q !== q) return;
    this.#add(page);
    this.#links()[first]?.focus();
  }

  /** Moves the focus to the first result (0), or by one result. @returns false at the ends of the list */
  focus(step: 0 | 1 | -1): boolean {
    const links = this.#links();
    const current = links.findIndex((link) => link.matches(':focus'));
    const next = links[step === 0 ? 0 : current + step];
    next?.focus();
    return next !== undefined;
  }

  /** Marks the result to which the reader has gone. */
  mark(link: Element): void {
    for (const one of this.#links()) one.ariaCurrent = one === link ? 'true' : null;
  }

  #links(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('.result-head')];
  }

  #add(page: Awaited<ReturnType<typeof searchMessages>>): void {
    const { results, next, indexed, names = {} } = page;
    this.#next = next;
    this.#count += results.length;
    this.older.hidden = next === null;
    const row = (found: SearchResult) =>
      toNode(searchResultRow(found, { names, time: LOCAL_TIME, as: this.#options.as }));
    this.list.append(...results.map(row));
    const count = this.#count;
    const found = next === null ? t('search.count', { count }) : t('search.newest', { count });
    const notes = [
      count === 0 ? t('search.noneFound') : found,
      indexed < 100 && t('search.indexing', { percent: indexed }),
    ];
    this.note = notes.filter(Boolean).join(' ');
  }
}

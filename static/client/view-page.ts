/** The script of a live view's page: keeps the list equal to the view, by server-sent events. */

import { searchResultRow } from '../../server/http/pages/rows/search-result.js';
import { t } from '../../server/http/pages/texts/text.js';
import type { ViewFrame } from '../../server/protocol/search-frames.js';
import { byId, toNode } from './elements.js';
import { KeyedList } from './keyed-list.js';
import { LOCAL_TIME } from './times.js';

type Opened = Extract<ViewFrame, { type: 'viewOpened' }>;
type Changed = Extract<ViewFrame, { type: 'viewMessage' }>;

const state = byId('view-state');
const list = byId('results');
const rows = new KeyedList(list);
const messages = new Map<string, Opened['results'][number]>();
let names: Record<string, string> = {};

function draw(): void {
  const newestFirst = [...messages.values()].sort(
    ({ message: a }, { message: b }) => b.sent - a.sent || (a.id < b.id ? 1 : -1),
  );
  rows.render(
    newestFirst.map((found) => ({
      key: found.message.id,
      version: [found, names[found.message.author.id_user ?? '']],
      draw: () => toNode(searchResultRow(found, { names, time: LOCAL_TIME, as: null })),
    })),
  );
  byId('no-results').hidden = newestFirst.length > 0;
}

function show(live: boolean): void {
  const text = live ? t('view.live') : t('view.database');
  if (state.textContent !== text) state.textContent = text;
}

const events = new EventSource(`/api/view?q=${encodeURIComponent(state.dataset.query ?? '')}`);
const on = <Frame>(event: string, receive: (frame: Frame) => void) =>
  events.addEventListener(event, ({ data }: MessageEvent<string>) => receive(JSON.parse(data) as Frame));

on<Opened>('opened', (view) => {
  messages.clear();
  if (list.dataset.drawn === undefined) list.replaceChildren();
  list.dataset.drawn = '';
  for (const found of view.results) messages.set(found.message.id, found);
  names = view.names ?? {};
  show(view.live);
  draw();
});
on<Changed>('message', ({ message, marks, names: current }) => {
  messages.set(message.id, { message, marks });
  names = { ...names, ...current };
  draw();
});
on<{ id: string }>('remove', ({ id }) => {
  messages.delete(id);
  draw();
});
on<{ live: boolean }>('state', ({ live }) => show(live));
events.addEventListener('error', () => {
  state.textContent = events.readyState === EventSource.CLOSED ? t('view.broken') : t('view.reconnecting');
});

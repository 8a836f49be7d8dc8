import { parseUnsent, type Unsent } from 'changeroom-client';
import { dayRow } from '../../../server/http/pages/rows/day-row.js';
import { type ElementTree, element } from '../../../server/http/pages/rows/element.js';
import { toRows } from '../../../server/http/pages/rows/log-rows.js';
import { roomPath } from '../../../server/http/pages/rows/room-path.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { LOBBY, type Message } from '../../../server/protocol/message.js';
import { isRoomCache, ownerOf } from '../../worker/cache-names.js';
import { byId, toNode } from '../elements.js';
import { deliveredRow, unsentRow } from '../message-row.js';
import { LOCAL_TIME } from '../times.js';
import { parseSavedRoom, type SavedRoom } from './saved-room.js';

/** The script of the offline page: shows the saved messages of the room in the address, and leads to the other saved rooms. */
async function show(): Promise<void> {
  const rooms = await savedRooms();
  const name = roomOfAddress();
  const saved = rooms.find(({ room }) => room === name);
  document.title = `${name} · Changeroom`;
  byId('room-name').textContent = name;
  byId('nothing-saved').hidden = saved !== undefined;
  byId('offline-rooms').replaceChildren(...rooms.map(({ room }) => toNode(roomLink(room, room === name))));
  if (!saved) return;
  byId('saved-at').textContent = t('offline.savedAt', { time: LOCAL_TIME.fullTime(saved.saved) });
  const rows = toRows(saved.messages, { dayOf: LOCAL_TIME.dayOf }).map((row) => {
    if (row.type === 'day') return dayRow(row.sent, LOCAL_TIME);
    return row.type === 'message' ? savedRow(saved, row.message, row.leads) : null;
  });
  const unsent = unsentIn(saved).map((message) => unsentRow(message, {}, saved.user, true, null));
  byId('rows').replaceChildren(...[...rows, ...unsent].flatMap((row) => (row ? [toNode(row)] : [])));
}

function savedRow({ user }: SavedRoom, message: Message, leads: boolean): ElementTree {
  const isOwn = message.author.id_user === user.id_user;
  const annotations = { id_user: user.id_user, nameOf: () => undefined };
  return deliveredRow(message, {
    leads,
    isOwn,
    self: null,
    as: null,
    isTarget: false,
    isConfirming: false,
    isChoosing: false,
    fault: null,
    annotations,
  });
}

async function savedRooms(): Promise<SavedRoom[]> {
  const rooms: SavedRoom[] = [];
  for (const name of (await caches.keys()).filter(isRoomCache)) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const saved = parseSavedRoom((await (await cache.match(request))?.text()) ?? '');
      if (saved?.user.id_user === ownerOf(name)) rooms.push(saved);
    }
  }
  return rooms.sort((a, b) => b.saved - a.saved);
}

/** Messages of all tabs that wait for a connection. */
function unsentIn({ room, user }: SavedRoom): Unsent[] {
  const prefix = `changeroom.outbox@${user.id_user}.`;
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix))
    .flatMap((key) => parseUnsent(localStorage.getItem(key)))
    .filter((message) => message.room === room)
    .map((message) => ({ ...message, progress: 'waiting' }));
}

function roomOfAddress(): string {
  const { pathname, search } = location;
  const named = pathname.startsWith('/r/') ? decodeURIComponent(pathname.slice(3)) : '';
  return named || new URLSearchParams(search).get('room') || LOBBY;
}

function roomLink(room: string, isCurrent: boolean): ElementTree {
  const attributes = { href: roomPath(room), 'aria-current': isCurrent && 'page' };
  return element('li', {}, element('a', attributes, element('bdi', { class: 'room-name' }, room)));
}

byId('try-again').addEventListener('click', () => location.reload());
addEventListener('online', () => location.reload());
void show();

import { randomUUID } from 'node:crypto';
import type { Action } from '../../../server/access/rights.js';
import type { ErrorCode } from '../../../server/protocol/errors.js';
import { type MatrixRoom, type MatrixUser, messageOf, SECRET_TEXT } from './world.js';

/** The answer of a door: a refusal has a code or, on pages, only a status. */
export interface Answer {
  status: number;
  code?: ErrorCode | undefined;
  text: string;
}

export interface Cell {
  url: string;
  room: string;
  user: MatrixUser;
  rules: MatrixRoom['rules'];
  /** For doors that change the role of their user. */
  newcomer: () => { authorization: string };
}

/** A way to perform an action. */
export interface Door {
  action: Action;
  name: string;
  open(cell: Cell): Promise<Answer>;
  /** A code that is answered although the user has the right, since the thing does not exist. */
  passedBy?: ErrorCode;
}

const LATER = { sent: 4_000_000_000_000, id: 'z' };
const CURSOR = Buffer.from(JSON.stringify([LATER.sent, LATER.id])).toString('base64url');
const EMOJI = '👍';

const at = (room: string) => encodeURIComponent(room);
const own = ({ room, user }: Cell, n = 0) => messageOf(room, user.id_user, n);

async function send(cell: Cell, path: string, init: RequestInit = {}): Promise<Answer> {
  const abort = new AbortController();
  const answer = await fetch(`${cell.url}${path}`, {
    ...init,
    headers: { ...cell.user.headers, ...init.headers },
    redirect: 'manual',
    signal: abort.signal,
  });
  const type = answer.headers.get('content-type') ?? '';
  // A stream does not end.
  const text = type.includes('event-stream') ? '' : await answer.text();
  abort.abort();
  const code =
    type.includes('problem+json') && text !== '' ? (JSON.parse(text) as { code: ErrorCode }).code : undefined;
  return { status: answer.status, code, text };
}

const get = (path: (cell: Cell) => string) => (cell: Cell) => send(cell, path(cell));

const json = (method: string, path: (cell: Cell) => string, body: (cell: Cell) => object) => (cell: Cell) =>
  send(cell, path(cell), {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body(cell)),
  });

const form =
  (fields: (cell: Cell) => Record<string, string>, path = '') =>
  (cell: Cell) =>
    send(cell, `/r/${at(cell.room)}${path}`, { method: 'POST', body: new URLSearchParams(fields(cell)) });

const frame = (content: (cell: Cell) => { type: string; [field: string]: unknown }) => async (cell: Cell) => {
  const answer = await cell.user.socket.ask(content(cell));
  const text = JSON.stringify(answer);
  return answer.type === 'error' ? { status: 400, code: answer.code, text } : { status: 200, text };
};

const api = (rest: (cell: Cell) => string) => (cell: Cell) => `/api/rooms/${at(cell.room)}${rest(cell)}`;
const page = (query: (cell: Cell) => string) => (cell: Cell) => `/r/${at(cell.room)}${query(cell)}`;
const ofRoom = ({ room }: Cell) => ({ room });
const ownMessage = (cell: Cell) => ({ room: cell.room, id: own(cell) });
const reactionPath = api((cell) => `/messages/${own(cell)}/reactions/${encodeURIComponent(EMOJI)}`);
const pinPath = api((cell) => `/pins/${own(cell)}`);
const inRoom = ({ room }: Cell) => `in:"${room}"`;

/** A user may have few views open. */
async function openedView(cell: Cell): Promise<Answer> {
  const view = `view of ${cell.room}`;
  const answer = await frame(() => ({ type: 'openView', view, q: inRoom(cell) }))(cell);
  cell.user.socket.send({ type: 'closeView', view });
  return answer;
}

const reading: Record<string, (cell: Cell) => Promise<Answer>> = {
  'GET messages': get(api(() => '/messages')),
  'GET older messages': get(api(() => `/messages?before=${CURSOR}`)),
  'GET messages around one': get(api((cell) => `/messages?around=${own(cell)}`)),
  'GET message': get(api((cell) => `/messages/${own(cell)}`)),
  'GET members': get(api(() => '/members')),
  'GET users': get(api(() => '/users')),
  'GET users at the root': get(({ room }) => `/${at(room)}/users`),
  'GET pins': get(api(() => '/pins')),
  'GET events': get(api(() => '/events')),
  'HEAD events': (cell) => send(cell, api(() => '/events')(cell), { method: 'HEAD' }),
  'GET search': get((cell) => `/api/search?q=${encodeURIComponent(inRoom(cell))}`),
  'GET view': get((cell) => `/api/view?q=${encodeURIComponent(inRoom(cell))}`),
  'page of the room': get(page(() => '')),
  'page of the members': get(page(() => '?members')),
  'page of the pins': get(page(() => '?pinned')),
  'page of the log': get(page(() => '?log')),
  'page of older messages': get(page(() => `?before=${CURSOR}`)),
  'page of a permalink': get(page((cell) => `?at=${own(cell)}`)),
  'frame joinRoom': frame((cell) => ({ type: 'joinRoom', ...ofRoom(cell) })),
  'frame loadHistory before': frame((cell) => ({ type: 'loadHistory', ...ofRoom(cell), before: LATER })),
  'frame loadHistory around': frame((cell) => ({ type: 'loadHistory', ...ofRoom(cell), around: own(cell) })),
  'frame observePresence': frame(({ room }) => ({ type: 'observePresence', rooms: [room] })),
  'frame search': frame((cell) => ({ type: 'search', q: inRoom(cell) })),
  'frame openView': openedView,
};

const writing: [Action, string, (cell: Cell) => Promise<Answer>][] = [
  [
    'post',
    'POST message',
    json(
      'POST',
      api(() => '/messages'),
      () => ({ body: 'x' }),
    ),
  ],
  [
    'post',
    'frame createMessage',
    frame(({ room }) => ({ type: 'createMessage', message: { room, body: 'x' } })),
  ],
  ['post', 'form with a message', form(() => ({ body: 'x' }))],
  [
    'post',
    'POST file',
    (cell) =>
      send(cell, api(() => '/files?name=a.txt')(cell), { method: 'POST', body: Buffer.from('content') }),
  ],
  [
    'edit',
    'PATCH message',
    json(
      'PATCH',
      api((cell) => `/messages/${own(cell)}`),
      () => ({ body: 'y' }),
    ),
  ],
  ['edit', 'frame editMessage', frame((cell) => ({ type: 'editMessage', ...ownMessage(cell), body: 'y' }))],
  ['edit', 'form that edits', form((cell) => ({ action: 'edit', id: own(cell), body: 'y' }))],
  [
    'delete',
    'DELETE message',
    (cell) => send(cell, api(() => `/messages/${own(cell, 1)}`)(cell), { method: 'DELETE' }),
  ],
  [
    'delete',
    'frame deleteMessage',
    frame((cell) => ({ type: 'deleteMessage', room: cell.room, id: own(cell, 2) })),
  ],
  ['delete', 'form that deletes', form((cell) => ({ action: 'delete', id: own(cell, 3) }))],
  ['react', 'PUT reaction', (cell) => send(cell, reactionPath(cell), { method: 'PUT' })],
  ['react', 'DELETE reaction', (cell) => send(cell, reactionPath(cell), { method: 'DELETE' })],
  [
    'react',
    'frame addReaction',
    frame((cell) => ({ type: 'addReaction', ...ownMessage(cell), emoji: EMOJI })),
  ],
  [
    'react',
    'frame removeReaction',
    frame((cell) => ({ type: 'removeReaction', ...ownMessage(cell), emoji: EMOJI })),
  ],
  ['react', 'form with a reaction', form((cell) => ({ action: 'react', id: own(cell), emoji: EMOJI }))],
  ['pin', 'PUT pin', (cell) => send(cell, pinPath(cell), { method: 'PUT' })],
  ['pin', 'frame pinMessage', frame((cell) => ({ type: 'pinMessage', ...ownMessage(cell) }))],
  ['pin', 'frame unpinMessage', frame((cell) => ({ type: 'unpinMessage', ...ownMessage(cell) }))],
  ['pin', 'DELETE pin', (cell) => send(cell, pinPath(cell), { method: 'DELETE' })],
  [
    'mark-read',
    'PUT read',
    json(
      'PUT',
      api(() => '/read'),
      () => LATER,
    ),
  ],
];

/** The changes leave rooms and members as they are. */
const topic = () => ({ topic: `${SECRET_TEXT} topic` });
const posting = ({ rules }: Cell) => ({ posting: rules.posting });
const change = (body: (cell: Cell) => object) =>
  [
    json(
      'PATCH',
      api(() => ''),
      body,
    ),
    frame((cell) => ({ type: 'changeRoom', room: cell.room, ...body(cell) })),
  ] as const;
const ofMember = (id_user: string) => api(() => `/members/${id_user}`);
const role = (id_user: string, name: string) =>
  [
    json('PUT', ofMember(id_user), () => ({ role: name })),
    frame(({ room }) => ({ type: 'setRole', room, id_user, role: name })),
  ] as const;
const remove = [
  (cell: Cell) => send(cell, ofMember('unknown')(cell), { method: 'DELETE' }),
  frame(({ room }) => ({ type: 'removeMember', room, id_user: 'unknown' })),
] as const;

const administration = (
  [
    ['describe', 'a topic', change(topic)],
    ['configure', 'a setting', change(posting)],
    ['set-role', 'a role', role('member', 'member')],
    ['transfer', 'an owner', role('owner', 'owner')],
    ['remove-member', 'the end of a membership', remove],
  ] as const
).flatMap(([action, name, [byRest, byFrame]]) => [
  [action, `REST with ${name}`, byRest] as const,
  [action, `frame with ${name}`, byFrame] as const,
]);

/** As a user who has not joined, since joining makes a member. */
const asNewcomer = (open: (cell: Cell) => Promise<Answer>) => (cell: Cell) =>
  open(
    cell.user.id_user === 'stranger' ? { ...cell, user: { ...cell.user, headers: cell.newcomer() } } : cell,
  );

const request = api(() => '/requests/unknown');

/** Forms of the settings of a room. A topic that does not differ is no change. */
const forms: Door[] = (
  [
    ['describe', () => ({ action: 'settings', topic: `${SECRET_TEXT} topic ${randomUUID()}` })],
    ['invite', () => ({ action: 'invite' })],
    ['invite', () => ({ action: 'revoke', id: 'unknown' })],
    ['decide', () => ({ action: 'accept', id: 'unknown' })],
    ['decide', () => ({ action: 'decline', id: 'unknown' })],
    ['set-role', () => ({ action: 'member', id: 'member' })],
    ['transfer', () => ({ action: 'owner', id: 'owner' })],
    ['remove-member', () => ({ action: 'remove', id: 'unknown' })],
  ] as const
).map(([action, fields], i) => ({
  action,
  name: `form ${i + 1} of the settings`,
  open: form(fields, '?settings'),
  passedBy: 'no-such-member' as const,
}));

export const DOORS: Door[] = [
  { action: 'see', name: 'GET room', open: get(api(() => '')) },
  { action: 'see', name: 'page of the settings', open: get(page(() => '?settings')) },
  ...forms,
  ...Object.entries(reading).map(([name, open]) => ({ action: 'read' as const, name, open })),
  { action: 'read', name: 'GET file', open: get(api(() => '/files/none')), passedBy: 'no-such-file' },
  {
    action: 'read',
    name: 'GET thumbnail',
    open: get(api(() => '/files/none/thumbnail')),
    passedBy: 'no-such-file',
  },
  ...writing.map(([action, name, open]) => ({ action, name, open })),
  ...administration.map(([action, name, open]) => ({
    action,
    name,
    open,
    passedBy: 'no-such-member' as const,
  })),
  {
    action: 'request',
    name: 'POST request',
    open: asNewcomer(
      json(
        'POST',
        api(() => '/requests'),
        () => ({}),
      ),
    ),
    passedBy: 'bad-request',
  },
  { action: 'decide', name: 'GET requests', open: get(api(() => '/requests')) },
  {
    action: 'decide',
    name: 'PUT request',
    open: (cell) => send(cell, request(cell), { method: 'PUT' }),
    passedBy: 'no-such-request',
  },
  {
    action: 'decide',
    name: 'DELETE request',
    open: (cell) => send(cell, request(cell), { method: 'DELETE' }),
    passedBy: 'no-such-request',
  },
  {
    action: 'invite',
    name: 'POST invitation',
    open: json(
      'POST',
      api(() => '/invitations'),
      () => ({}),
    ),
  },
  { action: 'invite', name: 'GET invitations', open: get(api(() => '/invitations')) },
  {
    action: 'invite',
    name: 'DELETE invitation',
    open: (cell) => send(cell, api(() => '/invitations/none')(cell), { method: 'DELETE' }),
    passedBy: 'no-such-invitation',
  },
  {
    action: 'join',
    name: 'POST join',
    open: asNewcomer(
      json(
        'POST',
        api(() => '/join'),
        () => ({}),
      ),
    ),
  },
  { action: 'join', name: 'form that joins', open: asNewcomer(form(() => ({}), '/join')) },
];

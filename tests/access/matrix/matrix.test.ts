import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Action, RIGHTS, refusalOf } from '../../../server/access/rights.js';
import { ROLES } from '../../../server/protocol/entities.js';
import { ERRORS } from '../../../server/protocol/errors.js';
import { DOORS, type Door } from './doors.js';
import { SECRET_TEXT, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());

const CELLS_AT_ONCE = 10;

/** The cells of a door that do not answer as the table of rights says. */
async function mistakesOf({ action, open, passedBy }: Door): Promise<string[]> {
  const cells = world.rooms.flatMap((room) => ROLES.map((role) => ({ ...room, role })));
  const mistakes: string[] = [];
  const check = async ({ name, rules, role }: (typeof cells)[number]) => {
    const { url, newcomer } = world;
    const expected = refusalOf(action, rules, role)?.code ?? null;
    const { status, code, text } = await open({ url, newcomer, room: name, rules, user: world.user(role) });
    const answer = code ?? status;
    const passed: unknown[] = passedBy ? [passedBy, ERRORS[passedBy].status] : [];
    const isPassed = status < 400 || passed.includes(answer);
    const isExpected =
      expected === null ? isPassed : answer === expected || answer === ERRORS[expected].status;
    if (!isExpected) mistakes.push(`${role} in ${name}: ${answer} instead of ${expected ?? 'success'}`);
    if (expected === 'no-such-room' && text.includes(SECRET_TEXT))
      mistakes.push(`${role} in ${name}: discloses a text`);
    const isRefusalToRead = refusalOf('read', rules, role) !== null;
    if (isRefusalToRead && text.includes(`${SECRET_TEXT} by`))
      mistakes.push(`${role} in ${name}: shows a message`);
  };
  for (let i = 0; i < cells.length; i += CELLS_AT_ONCE)
    await Promise.all(cells.slice(i, i + CELLS_AT_ONCE).map(check));
  return mistakes;
}

test('every action of the table of rights has a door in the matrix', () => {
  const tested = new Set<Action>(DOORS.map(({ action }) => action));
  expect((Object.keys(RIGHTS) as Action[]).filter((action) => !tested.has(action))).toEqual([]);
});

describe('each role gets what the table of rights says, in each kind of room', () => {
  test.each(DOORS.map((door) => [door.action, door.name, door] as const))(
    '%s by %s',
    async (_action, _name, door) => {
      expect(await mistakesOf(door)).toEqual([]);
    },
  );
});

describe('lists', () => {
  const isPrivate = (name: string) => name.startsWith('room access private');
  const lists = {
    'the list of rooms': '/api/rooms',
    'the rooms page by page': '/api/rooms?after=',
    'the messages that mention the user': '/api/me/mentions?limit=100',
    'a search in all rooms': '/api/search?q=%22by+bystander%22&limit=50',
  };

  test.each(Object.entries(lists))('%s shows private rooms to their members only', async (_name, path) => {
    for (const role of ['stranger', 'member'] as const) {
      const answer = await fetch(`${world.url}${path}`, { headers: world.user(role).headers });
      expect(answer.status).toBe(200);
      const hidden = (await answer.text()).includes('"room access private');
      expect([role, hidden]).toEqual([role, role === 'member']);
    }
  });

  test('the list of rooms over sockets shows private rooms to no user', async () => {
    const { rooms } = await world.user('member').socket.ask<'roomList'>({ type: 'listRooms' });
    expect(rooms.length).toBeGreaterThan(0);
    expect(rooms.filter(({ name }) => isPrivate(name))).toEqual([]);
  });

  test('a name that a private room has cannot be taken, and the error discloses nothing else', async () => {
    const [room] = world.rooms.filter(({ name }) => isPrivate(name));
    for (const name of [room!.name, room!.name.replaceAll('o', '\u043e')]) {
      const answer = await fetch(`${world.url}/api/rooms`, {
        method: 'POST',
        headers: { ...world.user('stranger').headers, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      const { code, detail } = (await answer.json()) as { code: string; detail: string };
      expect(code).toBe('room-exists');
      expect(detail).not.toContain(room!.name);
    }
  });
});

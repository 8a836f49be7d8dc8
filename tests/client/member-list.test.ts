import { expect, test } from 'vitest';
import type { MembersPage } from '../../static/client/api.js';
import { MemberList } from '../../static/client/member-list.js';
import { until } from '../support/until.js';

const member = (id_user: string) => ({
  id_user,
  name: id_user,
  role: 'member' as const,
  joined: 1,
  present: false,
});
const room = 'tea';

/** A list on a server with these pages. */
function listOf(...pages: MembersPage[]) {
  let time = 0;
  const requests: unknown[] = [];
  const list = new MemberList({
    room,
    changed: () => {},
    now: () => time,
    api: {
      members: async (...request) => {
        requests.push(request);
        const page = pages.shift();
        if (!page) throw new Error('the server cannot be reached');
        return page;
      },
    },
  });
  return {
    list,
    requests,
    names: () => list.members.map(({ name }) => name),
    loaded: (ms = 10_000) => {
      time += ms;
      list.keepFresh();
      return until('an answer', () => !list.isLoading);
    },
  };
}

const joined = (id_user: string) =>
  ({ type: 'memberJoined', room, user: { id_user, name: id_user }, at: 5 }) as const;
const left = (id_user: string) =>
  ({ type: 'memberLeft', room, id_user, user: { id_user, name: id_user }, at: 5 }) as const;

test('members are loaded page by page, each once', async () => {
  const { list, names, loaded, requests } = listOf(
    { members: [member('a'), member('b')], total: 3, next: '/next' },
    { members: [member('b'), member('c')], total: 3, next: null },
  );
  expect(list.total).toBeNull();
  await loaded();
  expect(list).toMatchObject({ total: 3, hasMore: true });
  list.loadMore();
  await until('the second page', () => !list.isLoading);
  expect(names()).toEqual(['a', 'b', 'c']);
  expect(list.hasMore).toBe(false);
  list.loadMore();
  await loaded();
  expect(requests).toEqual([
    [room, 100, null],
    [room, 100, '/next'],
  ]);
});

test('a complete list follows joins, leaves and renames of its room', async () => {
  const { list, names, loaded } = listOf({ members: [member('a')], total: 1, next: null });
  await loaded();
  list.receive(joined('b'));
  list.receive(joined('b'));
  list.receive({ ...joined('c'), room: 'elsewhere' });
  list.receive({ type: 'identityChanged', user: { id_user: 'b', name: 'Bea' } });
  expect([names(), list.total]).toEqual([['a', 'Bea'], 2]);
  list.receive(left('a'));
  list.receive(left('stranger'));
  expect([names(), list.total]).toEqual([['Bea'], 1]);
});

test('a list with further pages counts the changes of members that it has not loaded', async () => {
  const { list, names, loaded } = listOf({ members: [member('a')], total: 10, next: '/next' });
  await loaded();
  list.receive(joined('z'));
  expect([names(), list.total]).toEqual([['a'], 11]);
  list.receive(left('y'));
  expect(list.total).toBe(10);
});

test('a list is loaded again after changes without names, and after changes while it was loading', async () => {
  const page = { members: [member('a')], total: 1, next: null };
  const { list, loaded, requests } = listOf(page, page, page);
  const loading = loaded();
  list.receive(joined('b'));
  await loading;
  await loaded();
  expect(requests).toHaveLength(2);
  list.receive({ type: 'membersChanged', room, joined: 400, left: 0, at: 5 });
  await loaded(100);
  expect(requests).toHaveLength(2);
  await loaded();
  await loaded();
  expect(requests).toHaveLength(3);
});

test('a list that could not be loaded keeps its members and is loaded again later', async () => {
  const { list, loaded, names, requests } = listOf({ members: [member('a')], total: 1, next: null });
  await loaded();
  list.markStale();
  await loaded();
  expect([list.fault, names()]).toEqual(['the server cannot be reached', ['a']]);
  await loaded();
  expect(requests).toHaveLength(3);
});

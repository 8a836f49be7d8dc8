import { expect, test } from 'vitest';
import type { Message } from '../src/frames.js';
import { MemberLog } from '../src/member-log.js';

const room = 'lobby';
const message = (sent: number): Message => ({
  id: `${sent}`,
  room,
  body: 'hi',
  sent,
  author: { id_user: 'x', name: 'X' },
  kind: 'message',
});

/** A log of members with the messages of its room. */
function logOf(messages: Message[] = []) {
  const log = new MemberLog();
  const receive = (frame: Parameters<MemberLog['receive']>[0]) => log.receive(frame, messages.at(-1));
  return {
    log,
    messages,
    join: (name: string | null, at: number, id_user = name ?? 'nameless') =>
      receive({ type: 'memberJoined', room, user: { id_user, name }, at }),
    leave: (name: string, at: number) =>
      receive({ type: 'memberLeft', room, id_user: name, user: { id_user: name, name }, at }),
    count: (joined: number, left: number, at: number) =>
      receive({ type: 'membersChanged', room, joined, left, at }),
    /** Each line as `time: who joined - who left`. */
    lines: (isComplete = true) =>
      log
        .notices(messages, isComplete)
        .map(
          ({ at, joined, left, othersJoined, othersLeft }) =>
            `${at}: ${[...joined.map(({ name }) => name), othersJoined]} - ${[...left.map(({ name }) => name), othersLeft]}`,
        ),
  };
}

test('consecutive changes of members are one line, and a message begins a new line', () => {
  const { join, leave, messages, lines } = logOf();
  join('Mary', 10);
  join('John', 11);
  leave('Ann', 12);
  messages.push(message(20));
  join('Bob', 21);
  expect(lines()).toEqual(['10: Mary,John,0 - Ann,0', '21: Bob,0 - 0']);
});

test('a user who joins and leaves between two messages is in no line', () => {
  const { join, leave, messages, lines } = logOf();
  join('Mary', 10);
  leave('Mary', 11);
  expect(lines()).toEqual([]);
  leave('Mary', 12);
  join('Mary', 13);
  join('Bob', 14);
  expect(lines()).toEqual(['14: Bob,0 - 0']);
  messages.push(message(20));
  leave('Bob', 21);
  expect(lines()).toEqual(['14: Bob,0 - 0', '21: 0 - Bob,0']);
});

test('lines are merged when the message between them is deleted, and keep the id of the first', () => {
  const { join, leave, messages, lines, log } = logOf();
  join('Mary', 10);
  messages.push(message(20));
  join('Bob', 30);
  leave('Mary', 31);
  const [first] = log.notices(messages, true);
  messages.pop();
  expect(lines()).toEqual(['10: Bob,0 - 0']);
  expect(log.notices(messages, true)[0]?.id).toBe(first?.id);
});

test('a change that is reported twice is shown once', () => {
  const { join, lines } = logOf();
  join('Mary', 10);
  join('Mary', 11);
  expect(lines()).toEqual(['10: Mary,0 - 0']);
});

test('users without a name, users beyond the kept names, and numbers of users are counted', () => {
  const { join, count, log } = logOf();
  for (let i = 0; i < 130; i += 1) join(`user ${i}`, 10 + i);
  join(null, 200);
  count(1_000, 7, 201);
  const [notice, ...others] = log.notices([], true);
  expect(others).toEqual([]);
  expect(notice).toMatchObject({ othersJoined: 1_031, othersLeft: 7 });
  expect(notice?.joined).toHaveLength(100);
});

test('a bounded number of lines is kept, the newest ones', () => {
  const { join, messages, lines } = logOf();
  for (let i = 0; i < 120; i += 1) {
    join(`user ${i}`, 2 * i);
    messages.push(message(2 * i + 1));
  }
  expect(lines()).toHaveLength(50);
  expect(lines().at(-1)).toBe('238: user 119,0 - 0');
});

test('lines before the first loaded message are left out, unless the room begins with it', () => {
  const { join, messages, lines } = logOf();
  join('Mary', 10);
  messages.push(message(20));
  expect(lines(true)).toHaveLength(1);
  expect(lines(false)).toEqual([]);
});

test('lines show the current names', () => {
  const { join, log, lines } = logOf();
  join('Mary', 10);
  log.rename({ id_user: 'Mary', name: 'Maria' });
  log.rename({ id_user: 'stranger', name: 'Other' });
  expect(lines()).toEqual(['10: Maria,0 - 0']);
});

test('lines stay in order when a process reports an earlier time', () => {
  const { join, messages, lines } = logOf();
  join('Mary', 10);
  messages.push(message(20));
  join('Bob', 5);
  expect(lines()).toEqual(['10: Mary,Bob,0 - 0']);
});

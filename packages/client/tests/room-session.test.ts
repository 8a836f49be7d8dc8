import { describe, expect, test } from 'vitest';
import type { ClientFrame, Message, ServerFrame } from '../src/frames.js';
import { Outbox } from '../src/outbox.js';
import { Requests } from '../src/requests.js';
import { RoomSession } from '../src/room-session.js';

const message = (sent: number, body = 'hi'): Message => ({
  id: `id-${String(sent).padStart(4, '0')}`,
  room: 'lobby',
  body,
  sent,
  author: { id_user: 'ann', name: 'Ann' },
  kind: 'message',
});
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

const welcome = {
  type: 'welcome',
  protocol: '1.0',
  id_socket: 's',
  user: { id_user: 'ann', name: 'Ann' },
} as const;

function open() {
  const sent: ClientFrame[] = [];
  const waiting: (() => void)[] = [];
  const outbox = new Outbox(null);
  const send = (frame: ClientFrame) => sent.push(frame);
  const requests = new Requests(send);
  const session = new RoomSession({
    room: 'lobby',
    outbox,
    requests,
    send,
    changed: () => {},
    schedule: (callback) => waiting.push(callback),
    now: Date.now,
  });
  const receive = (frame: ServerFrame) => {
    requests.receive(frame);
    session.receive(frame);
  };
  const snapshot = (messages: Message[] = [], hasOlder = false) =>
    receive({ type: 'roomSnapshot', room: 'lobby', messages, hasOlder, live: true });
  const join = (messages: Message[] = [], hasOlder = false) => {
    receive(welcome);
    snapshot(messages, hasOlder);
  };
  const disconnect = () => {
    requests.disconnected();
    session.disconnected();
  };
  return {
    session,
    timeline: session.timeline,
    outbox,
    receive,
    snapshot,
    join,
    disconnect,
    /** The frames of one type that were sent since the last call. */
    take: <T extends ClientFrame['type']>(type: T) =>
      sent.splice(0).filter((frame): frame is ClientFrame & { type: T } => frame.type === type),
    /** Lets the time pass that is waited for. */
    passTime: () => {
      for (const callback of waiting.splice(0)) callback();
    },
  };
}

const edit = (session: RoomSession, body: string) =>
  session.request({ type: 'editMessage', room: 'lobby', id: 'id-0001', body });
const remove = (session: RoomSession) =>
  session.request({ type: 'deleteMessage', room: 'lobby', id: 'id-0001' });

describe('a room session', () => {
  test('a message written without a connection is sent after connecting', () => {
    const { session, outbox, join, take } = open();
    session.post('hi');
    expect(take('createMessage')).toEqual([]);
    join();
    const [frame] = take('createMessage');
    expect(frame).toMatchObject({ message: { room: 'lobby', body: 'hi', id: outbox.of('lobby')[0]!.id } });
  });

  test('a message without an answer is sent again after reconnecting, with the same id', () => {
    const { session, join, disconnect, take } = open();
    join();
    session.post('hi');
    const [first] = take('createMessage');
    disconnect();
    join();
    expect(take('createMessage')).toEqual([first]);
  });

  test('a stored message is not sent again, and stays in the outbox until the room delivers it', () => {
    const { session, outbox, receive, snapshot, join, disconnect, take } = open();
    join();
    session.post('hi');
    const { id } = take('createMessage')[0]!.message as { id: string };
    receive({ type: 'ack', ref: id, room: 'lobby', id });
    expect(outbox.get(id)?.progress).toBe('stored');
    disconnect();
    receive(welcome);
    expect(outbox.get(id)?.progress).toBe('stored');
    snapshot([{ ...message(1), id }]);
    expect(outbox.of('lobby')).toEqual([]);
    expect(take('createMessage')).toEqual([]);
  });

  test('a message enters the timeline by its delivery alone, not by the acknowledgement', () => {
    const { session, timeline, outbox, receive, join, take } = open();
    join();
    session.post('hi');
    const { id } = take('createMessage')[0]!.message as { id: string };
    receive({ type: 'ack', ref: id, room: 'lobby', id });
    expect(timeline.messages).toEqual([]);
    receive({ type: 'deliverMessage', message: { ...message(1), id } });
    expect(timeline.messages).toHaveLength(1);
    expect(outbox.of('lobby')).toEqual([]);
  });

  test('a refused message stays in the outbox with the error, and can be retried', () => {
    const { session, outbox, receive, join, take } = open();
    join();
    session.post('hi');
    const [frame] = take('createMessage');
    receive({ type: 'error', ref: frame!.ref, code: 'bad-body', message: 'body cannot be used' });
    expect(outbox.of('lobby')[0]).toMatchObject({
      body: 'hi',
      progress: 'failed',
      fault: 'body cannot be used',
    });
    session.retry(outbox.of('lobby')[0]!.id);
    expect(take('createMessage')).toEqual([frame]);
  });

  test('a message that fails because the database is unavailable is retried', () => {
    const { session, receive, join, take, passTime } = open();
    join();
    session.post('hi');
    const [frame] = take('createMessage');
    receive({ type: 'error', ref: frame!.ref, code: 'database-unavailable', message: 'unavailable' });
    expect(take('createMessage')).toEqual([]);
    passTime();
    expect(take('createMessage')).toEqual([frame]);
  });

  test('a message that fails because the storage is full keeps the reason and is retried', () => {
    const { session, outbox, receive, join, take, passTime } = open();
    join();
    session.post('hi');
    const [frame] = take('createMessage');
    const { id } = frame!.message as { id: string };
    const error = { code: 'storage-full', message: 'the storage is full', retryAfterMs: 10_000 } as const;
    receive({ type: 'error', ref: frame!.ref, ...error });
    expect(outbox.get(id)).toMatchObject({ progress: 'waiting', fault: 'the storage is full' });
    passTime();
    expect(take('createMessage')).toEqual([frame]);
  });

  test.each(['bots-unavailable', 'no-such-command'] as const)(
    '%s is a notice for the sender, and the message stays stored',
    (code) => {
      const { session, outbox, receive, join, take } = open();
      join();
      session.post('/roll 2d6');
      const { id } = take('createMessage')[0]!.message as { id: string };
      const unavailable = { type: 'error', code, message: 'no bot is reachable' } as const;
      receive({ type: 'ack', ref: id, room: 'lobby', id });
      receive({ ...unavailable, room: 'elsewhere' });
      expect(session.notice.text).toBeNull();
      receive({ ...unavailable, room: 'lobby' });
      expect(session.notice.text).toBe('no bot is reachable');
      expect(outbox.get(id)).toMatchObject({ progress: 'stored' });
      receive({ type: 'deliverMessage', message: message(1) });
      expect(session.notice.text).not.toBeNull();
      receive({ type: 'deliverMessage', message: { ...message(2), kind: 'bot' } });
      expect(session.notice.text).toBeNull();
    },
  );

  test('joining is retried when the room cannot be read', () => {
    const { session, receive, take, passTime } = open();
    receive(welcome);
    const [joining] = take('joinRoom');
    receive({
      type: 'error',
      ref: joining?.ref,
      code: 'database-unavailable',
      message: 'unavailable',
      retryAfterMs: 1000,
    });
    passTime();
    expect(take('joinRoom')).toHaveLength(1);
    expect(session.status).toBe('joining');
  });

  test('a page of history does not undo deletions and edits that arrived while it was loading', () => {
    const { session, timeline, receive, join, take } = open();
    join(span(11, 20), true);
    session.history.loadOlder();
    const [asked] = take('loadHistory');
    receive({ type: 'removeMessage', room: 'lobby', id: message(5).id });
    receive({ type: 'deliverMessage', message: message(6, 'edited') });
    receive({
      type: 'history',
      ref: asked!.ref,
      room: 'lobby',
      messages: span(1, 10),
      hasOlder: false,
      hasNewer: true,
    });
    expect(timeline.get(message(5).id)).toBeUndefined();
    expect(timeline.get(message(6).id)?.body).toBe('edited');
    expect(timeline.messages).toHaveLength(19);
  });

  test('after a reconnect, loaded history is verified, and a late answer to an earlier request is ignored', () => {
    const { session, timeline, receive, join, disconnect, take } = open();
    join(span(11, 20), true);
    session.history.loadOlder();
    const [asked] = take('loadHistory');
    receive({
      type: 'history',
      ref: asked!.ref,
      room: 'lobby',
      messages: span(1, 10),
      hasOlder: false,
      hasNewer: true,
    });
    disconnect();
    join(span(12, 21), true);
    const [check] = take('loadHistory');
    expect(check).toMatchObject({ before: { sent: 12 } });
    receive({
      type: 'history',
      ref: asked!.ref,
      room: 'lobby',
      messages: [],
      hasOlder: false,
      hasNewer: true,
    });
    expect(timeline.messages).toHaveLength(21);
    receive({
      type: 'history',
      ref: check!.ref,
      room: 'lobby',
      messages: span(3, 11),
      hasOlder: false,
      hasNewer: true,
    });
    expect(timeline.messages).toEqual(span(3, 21));
  });

  test('a resync loads older messages again, and joins again if it has no position', () => {
    const { receive, join, take } = open();
    join(span(1, 20));
    receive({ type: 'roomResync', room: 'lobby', from: { sent: 10, id: '' } });
    expect(take('loadHistory')).toMatchObject([{ before: { sent: 10 } }]);
    receive({ type: 'roomResync', room: 'lobby', from: null });
    expect(take('joinRoom')).toHaveLength(1);
  });

  test('edits and deletions resolve with their answer, or fail with the connection', async () => {
    const { session, receive, join, disconnect, take } = open();
    join([message(1)]);
    const edited = edit(session, 'better');
    const deleted = remove(session);
    const [frame] = take('editMessage');
    receive({ type: 'ack', ref: frame!.ref, room: 'lobby' });
    await edited;
    disconnect();
    await expect(deleted).rejects.toThrow('connection was lost');
    await expect(edit(session, 'again')).rejects.toThrow('connection is lost');
  });

  test('frames of other rooms are ignored', () => {
    const { session, timeline, receive, join } = open();
    join([message(1)]);
    const others: ServerFrame[] = [
      { type: 'deliverMessage', message: { ...message(2), room: 'other' } },
      { type: 'removeMessage', room: 'other', id: message(1).id },
      { type: 'roomSnapshot', room: 'other', messages: [], hasOlder: false, live: true },
      { type: 'roomState', room: 'other', live: false },
    ];
    for (const frame of others) receive(frame);
    expect(timeline.messages).toEqual([message(1)]);
    expect(session.status).toBe('live');
  });

  test('rate-limited messages wait, with all later ones, and are sent in order', () => {
    const { session, outbox, receive, join, take, passTime } = open();
    join();
    session.post('one');
    session.post('two');
    const ids = take('createMessage').map(({ ref }) => ref);
    for (const ref of ids) {
      receive({ type: 'error', ref, code: 'rate-limited', message: 'wait', retryAfterMs: 3_000 });
    }
    session.post('three');
    expect(take('createMessage')).toEqual([]);
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(session.pausedUntil).toBeGreaterThan(0);
    passTime();
    expect(take('createMessage').map(({ message }) => message.body)).toEqual(['one', 'two', 'three']);
    expect(session.pausedUntil).toBeNull();
  });

  test('losing membership marks the room as refused and the user as expelled', () => {
    const { session, receive, join } = open();
    join();
    receive({ type: 'error', room: 'lobby', code: 'not-a-member', message: 'no member' });
    expect(session.status).toBe('refused');
    expect(session.isExpelled).toBe(true);
  });

  test('after the session expires, messages wait, and signing in joins again and sends them', () => {
    const { session, receive, join, take } = open();
    join();
    receive({ type: 'error', code: 'token-expired', message: 'the token has expired' });
    expect(session.status).toBe('refused');
    expect(session.refusal?.code).toBe('token-expired');
    session.post('kept');
    expect(take('createMessage')).toEqual([]);
    join();
    expect(take('createMessage').map(({ message }) => message.body)).toEqual(['kept']);
  });
});

describe('when the server drops frames because of a limit', () => {
  const refusal = {
    type: 'error',
    ref: 'any',
    code: 'too-many-frames',
    message: 'wait',
    retryAfterMs: 5_000,
  } as const;

  test('all messages without an answer are sent again later, with the same ids', () => {
    const { session, outbox, receive, join, take, passTime } = open();
    join();
    for (const body of ['one', 'two', 'three']) session.post(body);
    const sent = take('createMessage');
    receive({ type: 'ack', ref: sent[0]!.ref, room: 'lobby', id: String(sent[0]!.ref) });
    receive({ ...refusal, ref: sent[1]!.ref });
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['stored', 'waiting', 'waiting']);
    session.post('four');
    expect(take('createMessage')).toEqual([]);
    passTime();
    const bodies = take('createMessage').map(({ message }) => message.body);
    expect(bodies).toEqual(['two', 'three', 'four']);
  });

  test('edits without an answer fail, and further edits fail until the server accepts frames', async () => {
    const { session, receive, join, take, passTime } = open();
    join([message(1)]);
    const [first, second] = [edit(session, 'a'), remove(session)];
    take('editMessage');
    receive(refusal);
    await expect(first).rejects.toThrow('wait');
    await expect(second).rejects.toThrow('wait');
    await expect(edit(session, 'b')).rejects.toThrow('Try again');
    expect(take('editMessage')).toEqual([]);
    passTime();
    void edit(session, 'c');
    expect(take('editMessage')).toHaveLength(1);
  });

  test('joining and loading history are retried when the server accepts frames', () => {
    const { session, receive, join, take, passTime } = open();
    receive(welcome);
    expect(take('joinRoom')).toHaveLength(1);
    receive(refusal);
    expect(take('joinRoom')).toHaveLength(0);
    passTime();
    expect(take('joinRoom')).toHaveLength(1);
    join(span(100, 199), true);
    session.history.loadOlder();
    expect(take('loadHistory')).toHaveLength(1);
    receive(refusal);
    expect(session.history.isLoading).toBe(false);
    session.history.loadOlder();
    expect(take('loadHistory')).toHaveLength(0);
    passTime();
    session.history.loadOlder();
    expect(take('loadHistory')).toHaveLength(1);
  });
});

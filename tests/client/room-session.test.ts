import { describe, expect, test } from 'vitest';
import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.js';
import type { Message } from '../../server/protocol/message.js';
import { Outbox } from '../../static/client/outbox.js';
import { RoomSession } from '../../static/client/room-session.js';
import { Timeline } from '../../static/client/timeline.js';

const message = (sent: number, body = 'hi'): Message => ({
  id: `id-${String(sent).padStart(4, '0')}`,
  room: 'lobby',
  body,
  sent,
  author: { id_user: 'ann', name: 'Ann' },
  kind: 'message',
});
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

function open() {
  const sent: ClientFrame[] = [];
  const waiting: (() => void)[] = [];
  const expulsions = { count: 0 };
  const timeline = new Timeline();
  const outbox = new Outbox(null);
  const session = new RoomSession({
    room: 'lobby',
    timeline,
    outbox,
    send: (frame) => sent.push(frame),
    changed: () => {},
    expelled: () => {
      expulsions.count += 1;
    },
    later: (callback) => waiting.push(callback),
  });
  const join = (messages: Message[] = [], hasOlder = false) => {
    session.opened();
    session.receive({ type: 'roomSnapshot', ref: 'join', room: 'lobby', messages, hasOlder, live: true });
  };
  return {
    session,
    timeline,
    outbox,
    expulsions,
    join,
    /** What was sent since the last call, of one type. */
    take: <T extends ClientFrame['type']>(type: T) =>
      sent.splice(0).filter((frame): frame is ClientFrame & { type: T } => frame.type === type),
    /** Lets the time pass that is waited for. */
    passTime: () => {
      for (const callback of waiting.splice(0)) callback();
    },
  };
}

describe('being in a room', () => {
  test('what is written without a connection is sent once there is one', () => {
    const { session, outbox, join, take } = open();
    session.post('hi');
    expect(take('createMessage')).toEqual([]);
    join();
    const [frame] = take('createMessage');
    expect(frame).toMatchObject({ message: { room: 'lobby', body: 'hi', id: outbox.of('lobby')[0]!.id } });
  });

  test('a message without an answer is sent again after reconnecting, with the same id', () => {
    const { session, join, take } = open();
    join();
    session.post('hi');
    const [first] = take('createMessage');
    session.closed();
    join();
    expect(take('createMessage')).toEqual([first]);
  });

  test('a stored message is not sent again, and is pending until the room shows it', () => {
    const { session, outbox, join, take } = open();
    join();
    session.post('hi');
    const { id } = take('createMessage')[0]!.message as { id: string };
    session.receive({ type: 'ack', ref: id, room: 'lobby', id });
    expect(outbox.get(id)?.progress).toBe('stored');
    session.closed();
    session.opened();
    expect(outbox.get(id)?.progress).toBe('stored');
    session.receive({
      type: 'roomSnapshot',
      room: 'lobby',
      messages: [{ ...message(1), id }],
      hasOlder: false,
      live: true,
    });
    expect(outbox.of('lobby')).toEqual([]);
    expect(take('createMessage')).toEqual([]);
  });

  test('the feed alone puts a message into the room', () => {
    const { session, timeline, outbox, join, take } = open();
    join();
    session.post('hi');
    const { id } = take('createMessage')[0]!.message as { id: string };
    session.receive({ type: 'ack', ref: id, room: 'lobby', id });
    expect(timeline.messages).toEqual([]);
    session.receive({ type: 'deliverMessage', message: { ...message(1), id } });
    expect(timeline.messages).toHaveLength(1);
    expect(outbox.of('lobby')).toEqual([]);
  });

  test('an error keeps the text for another try', () => {
    const { session, outbox, join, take } = open();
    join();
    session.post('hi');
    const [frame] = take('createMessage');
    session.receive({ type: 'error', ref: frame!.ref, code: 'bad-body', message: 'body cannot be used' });
    expect(outbox.of('lobby')[0]).toMatchObject({
      body: 'hi',
      progress: 'failed',
      fault: 'body cannot be used',
    });
    session.retry(outbox.of('lobby')[0]!.id);
    expect(take('createMessage')).toEqual([frame]);
  });

  test('what fails because the database is away is tried again by itself', () => {
    const { session, join, take, passTime } = open();
    join();
    session.post('hi');
    const [frame] = take('createMessage');
    session.receive({ type: 'error', ref: frame!.ref, code: 'database-unavailable', message: 'away' });
    expect(take('createMessage')).toEqual([]);
    passTime();
    expect(take('createMessage')).toEqual([frame]);
  });

  test('what fails because the storage is full is kept with its reason, and tried again by itself', () => {
    const { session, outbox, join, take, passTime } = open();
    join();
    session.post('hi');
    const [frame] = take('createMessage');
    const { id } = frame!.message as { id: string };
    const error = { code: 'storage-full', message: 'the storage is full', retryAfterMs: 10_000 } as const;
    session.receive({ type: 'error', ref: frame!.ref, ...error });
    expect(outbox.get(id)).toMatchObject({ progress: 'waiting', fault: 'the storage is full' });
    passTime();
    expect(take('createMessage')).toEqual([frame]);
  });

  test('that bots are away is a notice to the sender, and no fault of the message', () => {
    const { session, outbox, join, take } = open();
    join();
    session.post('/roll 2d6');
    const { id } = take('createMessage')[0]!.message as { id: string };
    const away = { type: 'error', code: 'bots-unavailable', message: 'the bots are away' } as const;
    session.receive({ type: 'ack', ref: id, room: 'lobby', id });
    session.receive({ ...away, room: 'elsewhere' });
    expect(session.botsNotice.text).toBeNull();
    session.receive({ ...away, room: 'lobby' });
    expect(session.botsNotice.text).toBe('the bots are away');
    expect(outbox.get(id)).toMatchObject({ progress: 'stored' });
    session.receive({ type: 'deliverMessage', message: message(1) });
    expect(session.botsNotice.text).not.toBeNull();
    session.receive({ type: 'deliverMessage', message: { ...message(2), kind: 'bot' } });
    expect(session.botsNotice.text).toBeNull();
  });

  test('joining is tried again when the room cannot be read', () => {
    const { session, take, passTime } = open();
    session.opened();
    expect(take('joinRoom')).toHaveLength(1);
    session.receive({
      type: 'error',
      ref: 'join',
      code: 'database-unavailable',
      message: 'away',
      retryAfterMs: 1000,
    });
    passTime();
    expect(take('joinRoom')).toHaveLength(1);
    expect(session.status).toBe('joining');
  });

  test('a page of history cannot bring back what was deleted, nor undo an edit, while it was on its way', () => {
    const { session, timeline, join, take } = open();
    join(span(11, 20), true);
    session.history.loadOlder();
    const [asked] = take('loadHistory');
    session.receive({ type: 'removeMessage', room: 'lobby', id: message(5).id });
    session.receive({ type: 'deliverMessage', message: message(6, 'edited') });
    session.receive({
      type: 'history',
      ref: asked!.ref,
      room: 'lobby',
      messages: span(1, 10),
      hasOlder: false,
    });
    expect(timeline.get(message(5).id)).toBeUndefined();
    expect(timeline.get(message(6).id)?.body).toBe('edited');
    expect(timeline.messages).toHaveLength(19);
  });

  test('after reconnecting, loaded history is verified, and an answer from before is not taken for one', () => {
    const { session, timeline, join, take } = open();
    join(span(11, 20), true);
    session.history.loadOlder();
    const [asked] = take('loadHistory');
    session.receive({
      type: 'history',
      ref: asked!.ref,
      room: 'lobby',
      messages: span(1, 10),
      hasOlder: false,
    });
    session.closed();
    join(span(12, 21), true);
    const [check] = take('loadHistory');
    expect(check).toMatchObject({ before: { sent: 12 } });
    session.receive({ type: 'history', ref: asked!.ref, room: 'lobby', messages: [], hasOlder: false });
    expect(timeline.messages).toHaveLength(21);
    session.receive({
      type: 'history',
      ref: check!.ref,
      room: 'lobby',
      messages: span(3, 11),
      hasOlder: false,
    });
    expect(timeline.messages).toEqual(span(3, 21));
  });

  test('a resync has the older messages loaded again; one that reaches to the beginning asks for everything', () => {
    const { session, join, take } = open();
    join(span(1, 20));
    session.receive({ type: 'roomResync', room: 'lobby', from: { sent: 10, id: '' } });
    expect(take('loadHistory')).toMatchObject([{ before: { sent: 10 } }]);
    session.receive({ type: 'roomResync', room: 'lobby', from: null });
    expect(take('joinRoom')).toHaveLength(1);
  });

  test('edits and deletions are answered, or fail with the connection', async () => {
    const { session, join, take } = open();
    join([message(1)]);
    const edited = session.edit('id-0001', 'better');
    const deleted = session.delete('id-0001');
    const [edit] = take('editMessage');
    session.receive({ type: 'ack', ref: edit!.ref, room: 'lobby' });
    await edited;
    session.closed();
    await expect(deleted).rejects.toThrow('connection was lost');
    await expect(session.edit('id-0001', 'again')).rejects.toThrow('no connection');
  });

  test('frames of other rooms are ignored', () => {
    const { session, timeline, join } = open();
    join([message(1)]);
    const others: ServerFrame[] = [
      { type: 'deliverMessage', message: { ...message(2), room: 'other' } },
      { type: 'removeMessage', room: 'other', id: message(1).id },
      { type: 'roomSnapshot', room: 'other', messages: [], hasOlder: false, live: true },
      { type: 'roomState', room: 'other', live: false },
    ];
    for (const frame of others) session.receive(frame);
    expect(timeline.messages).toEqual([message(1)]);
    expect(session.status).toBe('live');
  });

  test('messages that came too fast wait, with all behind them, and are sent in order', () => {
    const { session, outbox, join, take, passTime } = open();
    join();
    session.post('one');
    session.post('two');
    const ids = take('createMessage').map(({ ref }) => ref);
    for (const ref of ids) {
      session.receive({ type: 'error', ref, code: 'rate-limited', message: 'wait', retryAfterMs: 3_000 });
    }
    session.post('three');
    expect(take('createMessage')).toEqual([]);
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(session.pausedUntil).toBeGreaterThan(0);
    passTime();
    expect(take('createMessage').map(({ message }) => message.body)).toEqual(['one', 'two', 'three']);
    expect(session.pausedUntil).toBeNull();
  });

  test('who was in a room and is no member any more is told to look again', () => {
    const { session, join, expulsions } = open();
    join();
    session.receive({ type: 'error', room: 'lobby', code: 'not-a-member', message: 'no member' });
    expect(session.status).toBe('refused');
    expect(expulsions.count).toBe(1);
  });

  test('who is signed out keeps what is written, and comes back by signing in', () => {
    const { session, join, take } = open();
    join();
    session.receive({ type: 'error', code: 'token-expired', message: 'the token has expired' });
    expect(session.status).toBe('refused');
    expect(session.refusal).toContain('Sign in at your provider');
    session.post('kept');
    expect(take('createMessage')).toEqual([]);
    session.receive({
      type: 'welcome',
      protocol: '1.0',
      id_socket: 's',
      user: { id_user: 'ann', name: 'Ann' },
    });
    session.receive({
      type: 'roomSnapshot',
      ref: 'join',
      room: 'lobby',
      messages: [],
      hasOlder: false,
      live: true,
    });
    expect(take('createMessage').map(({ message }) => message.body)).toEqual(['kept']);
  });
});

describe('when the server drops frames, as too many came', () => {
  const refusal = {
    type: 'error',
    ref: 'any',
    code: 'too-many-frames',
    message: 'wait',
    retryAfterMs: 5_000,
  } as const;

  test('all messages without an answer are sent again later, with the same ids', () => {
    const { session, outbox, join, take, passTime } = open();
    join();
    for (const body of ['one', 'two', 'three']) session.post(body);
    const sent = take('createMessage');
    session.receive({ type: 'ack', ref: sent[0]!.ref, room: 'lobby', id: String(sent[0]!.ref) });
    session.receive({ ...refusal, ref: sent[1]!.ref });
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['stored', 'waiting', 'waiting']);
    session.post('four');
    expect(take('createMessage')).toEqual([]);
    passTime();
    const bodies = take('createMessage').map(({ message }) => message.body);
    expect(bodies).toEqual(['two', 'three', 'four']);
  });

  test('edits without an answer fail, and further ones are not sent meanwhile', async () => {
    const { session, join, take, passTime } = open();
    join([message(1)]);
    const [first, second] = [session.edit('id-0001', 'a'), session.delete('id-0001')];
    take('editMessage');
    session.receive(refusal);
    await expect(first).rejects.toThrow('wait');
    await expect(second).rejects.toThrow('wait');
    await expect(session.edit('id-0001', 'b')).rejects.toThrow('Try again');
    expect(take('editMessage')).toEqual([]);
    passTime();
    void session.edit('id-0001', 'c');
    expect(take('editMessage')).toHaveLength(1);
  });

  test('joining and loading history are tried again later', () => {
    const { session, join, take, passTime } = open();
    session.opened();
    expect(take('joinRoom')).toHaveLength(1);
    session.receive(refusal);
    expect(take('joinRoom')).toHaveLength(0);
    passTime();
    expect(take('joinRoom')).toHaveLength(1);
    join(span(100, 199), true);
    session.history.loadOlder();
    expect(take('loadHistory')).toHaveLength(1);
    session.receive(refusal);
    expect(session.history.isLoading).toBe(false);
    session.history.loadOlder();
    expect(take('loadHistory')).toHaveLength(0);
    passTime();
    session.history.loadOlder();
    expect(take('loadHistory')).toHaveLength(1);
  });
});

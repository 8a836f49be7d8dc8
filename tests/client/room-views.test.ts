import { describe, expect, test } from 'vitest';
import { Outbox } from '../../packages/client/src/outbox.js';
import type { RoomStatus } from '../../packages/client/src/room-status.js';
import { type PlacedView, RoomViews } from '../../static/client/room-views.js';

const MINUTE_MS = 60_000;

/** Views that record what happens to them, and their rooms. */
function setUp() {
  const log: string[] = [];
  const outbox = new Outbox(null);
  let now = 0;
  const viewOf = (name: string, status: RoomStatus = 'live'): PlacedView => ({
    room: { name, status },
    isUploading: false,
    show: () => log.push(`show ${name}`),
    hide: () => log.push(`hide ${name}`),
    keepUpHidden: () => {},
    receive: () => {},
    disconnected: () => {},
    close: () => log.push(`close ${name}`),
  });
  const client = { leave: (room: string) => void log.push(`leave ${room}`), outbox };
  const views = new RoomViews(viewOf('lobby'), { client, now: () => now });
  return {
    log,
    outbox,
    views,
    pass: (ms: number) => {
      now += ms;
    },
    show: (name: string, status?: RoomStatus) =>
      views.show(name, () => {
        log.push(`create ${name}`);
        return viewOf(name, status);
      }),
  };
}

describe('the rooms that a page has shown', () => {
  test('a room that was shown recently is shown again as it was', () => {
    const { log, show } = setUp();
    const tea = show('tea');
    show('lobby');
    expect(show('tea')).toBe(tea);
    expect(log).toEqual(['hide lobby', 'create tea', 'hide tea', 'show lobby', 'hide lobby', 'show tea']);
  });

  test('the page leaves the rooms that it has shown longest ago', () => {
    const { log, show } = setUp();
    for (let i = 1; i <= 6; i++) show(`room ${i}`);
    expect(log.filter((entry) => entry.startsWith('leave'))).toEqual(['leave lobby', 'leave room 1']);
  });

  test('the page leaves a hidden room after a time', () => {
    const { log, show, views, pass } = setUp();
    show('tea');
    pass(4 * MINUTE_MS);
    views.keepUp();
    expect(log).not.toContain('leave lobby');
    pass(2 * MINUTE_MS);
    views.keepUp();
    expect(log).toContain('leave lobby');
  });

  test('a hidden room with unsent messages is kept until they are sent', () => {
    const { log, show, views, outbox, pass } = setUp();
    const id = outbox.add('lobby', 'hello');
    show('tea');
    pass(60 * MINUTE_MS);
    views.keepUp();
    expect(log).not.toContain('leave lobby');
    outbox.remove(id);
    views.keepUp();
    expect(log).toContain('leave lobby');
  });

  test('a hidden room with uploads is kept until they have ended, and is closed when it is left', () => {
    const { log, show, views, pass } = setUp();
    const lobby = views.current;
    lobby.isUploading = true;
    show('tea');
    pass(60 * MINUTE_MS);
    views.keepUp();
    expect([views.isUploading, log.includes('leave lobby')]).toEqual([true, false]);
    lobby.isUploading = false;
    views.keepUp();
    expect(log.slice(-2)).toEqual(['close lobby', 'leave lobby']);
  });

  test('the page leaves a hidden room that the reader may not enter any more', () => {
    const { log, show } = setUp();
    show('board', 'refused');
    show('tea');
    expect(log).toContain('leave board');
  });
});

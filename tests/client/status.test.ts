import { expect, test } from 'vitest';
import { describeStatus } from '../../static/client/status.js';

test('the page says how its connection is, the browser first, then the socket, then the room', () => {
  const open = { name: 'open' } as const;
  expect(describeStatus({ name: 'offline' }, 'away', null, 0).name).toBe('offline');
  expect(describeStatus({ name: 'waiting', until: 2_500 }, 'away', null, 1_000)).toMatchObject({
    countdown: 2,
  });
  expect(describeStatus({ name: 'waiting', until: 0 }, 'away', null, 1_000)).toMatchObject({ countdown: 0 });
  expect(describeStatus({ name: 'connecting' }, 'away', null, 0).name).toBe('connecting');
  expect(describeStatus(open, 'joining', 'The room cannot be read', 0).text).toBe('The room cannot be read');
  expect(describeStatus(open, 'live', null, 0).name).toBe('live');
  expect(describeStatus(open, 'stale', null, 0).name).toBe('stale');
  expect(describeStatus(open, 'refused', 'Members only', 0)).toEqual({
    name: 'refused',
    text: 'Members only',
  });
});

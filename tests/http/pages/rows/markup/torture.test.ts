import { expect, test } from 'vitest';
import { faultsOf } from '../../../../../scripts/fuzz/rendered-body.js';
import { renderMessage } from '../../../../../server/http/pages/message-html.js';
import { LIMITS } from '../../../../../server/protocol/message.js';
import { TORTURE_BODIES, TORTURE_NAMES } from '../../../../support/torture-texts.js';

/** Milliseconds of processor time; the slowest of these bodies takes some 3 ms. */
const MAX_RENDERING_MS = 25;
/** The fastest of several attempts counts: the first one compiles, and other programs use the processor. */
const ATTEMPTS = 5;

test('the torture table has more than 200 texts, within the limits', () => {
  expect(TORTURE_BODIES.length + TORTURE_NAMES.length).toBeGreaterThan(250);
  for (const body of TORTURE_BODIES) expect([...body].length).toBeLessThanOrEqual(LIMITS.body);
});

test('bodies of the torture table become harmless elements, and all their letters are shown', () => {
  const faults = TORTURE_BODIES.map((body) => [body.slice(0, 60), ...faultsOf(body)]);
  expect(faults.filter(([, ...found]) => found.length > 0)).toEqual([]);
});

test('no body of the torture table takes long to render', () => {
  const message = {
    id: 'm',
    room: 'r',
    sent: 0,
    author: { id_user: 'u', name: 'n' },
    kind: 'message',
  } as const;
  const slow = TORTURE_BODIES.filter((body) =>
    Array.from({ length: ATTEMPTS }).every(() => {
      const begin = process.cpuUsage();
      renderMessage({ ...message, body });
      const { user, system } = process.cpuUsage(begin);
      return (user + system) / 1000 > MAX_RENDERING_MS;
    }),
  );
  expect(slow.map((body) => body.slice(0, 60))).toEqual([]);
});

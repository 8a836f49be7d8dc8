import { expect, test } from 'vitest';
import type { Position } from '../../server/protocol/message.js';
import { ReadMarker } from '../../static/client/read-marker.js';

const at = (sent: number): Position => ({ sent, id: 'x' });

function mark(confirmed: Position | null) {
  const told: number[] = [];
  return { told, marker: new ReadMarker(confirmed, ({ sent }) => told.push(sent)) };
}

test('how far one has read is told once, only forward, and not too often', () => {
  const { told, marker } = mark(at(5));
  marker.attend(at(5), 0);
  marker.attend(at(7), 0);
  marker.attend(at(8), 100);
  expect(told).toEqual([7]);
  marker.attend(at(8), 5_000);
  marker.attend(at(8), 10_000);
  expect(told).toEqual([7, 8]);
});

test('what another screen has told is not told again', () => {
  const { told, marker } = mark(null);
  marker.confirm(at(9));
  marker.attend(at(9), 0);
  expect(told).toEqual([]);
});

test('what may have been lost with the connection is told again', () => {
  const { told, marker } = mark(at(1));
  marker.attend(at(2), 0);
  marker.disconnected();
  marker.attend(at(2), 5_000);
  marker.confirm(at(2));
  marker.disconnected();
  marker.attend(at(2), 10_000);
  expect(told).toEqual([2, 2]);
});

import { expect, test } from 'vitest';
import type { Position } from '../src/frames.js';
import { ReadMarker } from '../src/read-marker.js';

const at = (sent: number): Position => ({ sent, id: 'x' });

function create(confirmed: Position | null) {
  const reported: number[] = [];
  return { reported, marker: new ReadMarker(confirmed, ({ sent }) => reported.push(sent)) };
}

test('a read position is reported once, only forward, and at most once per interval', () => {
  const { reported, marker } = create(at(5));
  marker.mark(at(5), 0);
  marker.mark(at(7), 0);
  marker.mark(at(8), 100);
  expect(reported).toEqual([7]);
  marker.mark(at(8), 5_000);
  marker.mark(at(8), 10_000);
  expect(reported).toEqual([7, 8]);
});

test('a position that another device reported is not reported again', () => {
  const { reported, marker } = create(null);
  marker.confirm(at(9));
  marker.mark(at(9), 0);
  expect(reported).toEqual([]);
});

test('a report that may be lost with the connection is repeated', () => {
  const { reported, marker } = create(at(1));
  marker.mark(at(2), 0);
  marker.disconnected();
  marker.mark(at(2), 5_000);
  marker.confirm(at(2));
  marker.disconnected();
  marker.mark(at(2), 10_000);
  expect(reported).toEqual([2, 2]);
});

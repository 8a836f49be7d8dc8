import { expect, test } from 'vitest';
import { BotsNotice } from '../../static/client/bots-notice.js';

function tell() {
  const waiting: (() => void)[] = [];
  const notice = new BotsNotice((callback) => waiting.push(callback));
  notice.sent('command');
  notice.tell('the bots cannot be reached');
  return { notice, waiting };
}

test('that bots are away is said until a later message is stored', () => {
  const { notice } = tell();
  expect(notice.text).toBe('the bots cannot be reached');
  notice.stored('command');
  expect(notice.text).not.toBeNull();
  notice.sent('next');
  expect(notice.text).not.toBeNull();
  notice.stored('next');
  expect(notice.text).toBeNull();
});

test('what was said of a moment is not said for ever, nor taken back too early when it is said anew', () => {
  const { notice, waiting } = tell();
  notice.tell('the bots are still away');
  waiting[0]!();
  expect(notice.text).toBe('the bots are still away');
  waiting[1]!();
  expect(notice.text).toBeNull();
});

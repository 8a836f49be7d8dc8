import { expect, test } from 'vitest';
import { CommandNotice } from '../src/command-notice.js';

function showNotice() {
  const waiting: (() => void)[] = [];
  const notice = new CommandNotice((callback) => waiting.push(callback));
  notice.sent('command');
  notice.show('the bots cannot be reached');
  return { notice, waiting };
}

test('the notice about unreachable bots is shown until a later message is stored', () => {
  const { notice } = showNotice();
  expect(notice.text).toBe('the bots cannot be reached');
  notice.stored('command');
  expect(notice.text).not.toBeNull();
  notice.sent('next');
  expect(notice.text).not.toBeNull();
  notice.stored('next');
  expect(notice.text).toBeNull();
});

test('the notice ends after a while, counted from the last report', () => {
  const { notice, waiting } = showNotice();
  notice.show('the bots are still away');
  waiting[0]!();
  expect(notice.text).toBe('the bots are still away');
  waiting[1]!();
  expect(notice.text).toBeNull();
});

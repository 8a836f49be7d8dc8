import { expect, test } from 'vitest';
import type { BotCommand } from '../../../server/bots/announcements.js';
import { CommandSource } from '../../../static/client/completion/command-source.js';

const ROLL: BotCommand = { command: 'roll', usage: '/roll 2d6', help: 'Rolls dice' };

/** A source whose questions are answered by hand. */
function open() {
  const questions: { answer: (commands: BotCommand[]) => void; fail: (error: Error) => void }[] = [];
  const learned: BotCommand[][] = [];
  const ask = () => new Promise<BotCommand[]>((answer, fail) => questions.push({ answer, fail }));
  return { questions, learned, source: new CommandSource(ask, (commands) => learned.push(commands)) };
}

test('the commands of bots are requested once, and again when they are outdated', async () => {
  const { source, questions, learned } = open();
  const first = source.refresh(0);
  await source.refresh(1);
  expect(questions).toHaveLength(1);
  questions[0]!.answer([ROLL]);
  await first;
  expect(learned).toEqual([[ROLL]]);
  await source.refresh(29_999);
  expect(questions).toHaveLength(1);
  const second = source.refresh(30_000);
  questions[1]!.answer([]);
  await second;
  expect(learned).toEqual([[ROLL], []]);
});

test('after a failed request the known commands stay, and another request follows later', async () => {
  const { source, questions, learned } = open();
  const first = source.refresh(0);
  questions[0]!.fail(new Error('away'));
  await first;
  expect(learned).toEqual([]);
  await source.refresh(4_999);
  expect(questions).toHaveLength(1);
  const second = source.refresh(5_000);
  questions[1]!.answer([ROLL]);
  await second;
  expect(learned).toEqual([[ROLL]]);
});

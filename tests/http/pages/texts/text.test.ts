import { expect, test } from 'vitest';
import { faultText } from '../../../../server/http/pages/rows/fault-text.js';
import { fill, fillParts } from '../../../../server/http/pages/texts/template.js';
import { inLocale, type ReaderLocale, t, tParts } from '../../../../server/http/pages/texts/text.js';
import { UTC_TIME } from '../../../../server/http/pages/utc-time.js';
import { ChatError } from '../../../../server/protocol/errors.js';

const GERMAN: ReaderLocale = { language: 'de', clock: 'auto' };
const NOON = Date.UTC(2026, 2, 1, 13, 5);

test('a text has its parameters, and numbers as the language writes them', () => {
  expect(t('composer.label', { room: '{room}' })).toBe('Message to {room}');
  expect(t('members.count', { count: 1 })).toBe('1 member');
  expect(t('members.count', { count: 1234 })).toBe('1,234 members');
  expect(inLocale(GERMAN, () => t('members.count', { count: 1234 }))).toBe('1.234 Mitglieder');
});

test('the plural form is that of the language', () => {
  const template = {
    one: '{count} plik',
    few: '{count} pliki',
    many: '{count} plików',
    other: '{count} pliku',
  };
  expect([1, 3, 5, 22].map((count) => fill('pl', template, { count }))).toEqual([
    '1 plik',
    '3 pliki',
    '5 plików',
    '22 pliki',
  ]);
});

test('values that are not text keep their places', () => {
  expect(fillParts('en', 'a {x} b{y}', { x: 1, y: ['element'] })).toEqual(['a ', '1', ' b', ['element']]);
  expect(tParts('editor.hint', { enter: 'E', escape: 'X' }).join('')).toBe('E saves, X cancels');
});

test('the locale ends with the rendering, also with one that fails', () => {
  const fail = () =>
    inLocale(GERMAN, () => {
      throw new Error(t('common.you'));
    });
  expect(fail).toThrow('du');
  expect(t('common.you')).toBe('you');
});

test('an error is shown in the language of the reader, with its limit or the time to wait', () => {
  const tooLong = new ChatError('bad-body', 'body is longer than 4000 characters', { limit: 4000 });
  const limited = new ChatError('rate-limited', 'too many messages', { limit: 5, retryAfterMs: 1500 });
  expect(faultText(tooLong)).toBe('The message is longer than 4000 characters');
  expect(inLocale(GERMAN, () => faultText(tooLong))).toBe(
    'Die Nachricht darf höchstens 4.000 Zeichen haben.',
  );
  const mentions = new ChatError('too-many-mentions', 'body mentions more than 20 users', { limit: 20 });
  expect(inLocale(GERMAN, () => faultText(mentions))).toBe(
    'Eine Nachricht kann höchstens 20 Benutzer erwähnen.',
  );
  expect(inLocale(GERMAN, () => faultText(limited))).toContain('in 2 s erneut');
  expect(inLocale(GERMAN, () => faultText(new ChatError('bad-body', 'body is empty')))).toContain('leer');
});

test('times follow the language and the clock', () => {
  expect(UTC_TIME.timeOfDay(NOON)).toBe('13:05');
  expect(inLocale({ language: 'en', clock: '12' }, () => UTC_TIME.timeOfDay(NOON))).toBe('1:05 pm');
  const thisYear = Date.UTC(new Date().getUTCFullYear(), 2, 1);
  expect(inLocale(GERMAN, () => UTC_TIME.dayName(thisYear))).toMatch(/^\p{L}+, 1\. März$/u);
  expect(inLocale(GERMAN, () => UTC_TIME.dayName(Date.UTC(2020, 2, 1)))).toBe('1. März 2020');
});

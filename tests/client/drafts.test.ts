import { describe, expect, test } from 'vitest';
import { Drafts } from '../../static/client/drafts.js';
import type { PageStorage } from '../../static/client/page-storage.js';
import { UnfinishedEdit } from '../../static/client/unfinished-edit.js';

function memory(values = new Map<string, string>()): PageStorage {
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

const full: PageStorage = {
  ...memory(),
  setItem: () => {
    throw new Error('QuotaExceededError');
  },
};

describe('drafts', () => {
  test('drafts of different rooms are kept apart, and an empty text removes a draft', () => {
    const storage = memory();
    const drafts = new Drafts(storage);
    drafts.save('lobby', { text: 'hello' });
    drafts.save('__proto__', { text: 'a room of that name' });
    const reopened = new Drafts(storage);
    const texts = ['lobby', '__proto__', 'other'].map((room) => reopened.of(room).text);
    expect(texts).toEqual(['hello', 'a room of that name', '']);
    reopened.save('lobby', { text: '' });
    expect([...drafts.rooms]).toEqual(['__proto__']);
  });

  test('a draft keeps its files, also without a text, and nothing is written when nothing has changed', () => {
    const values = new Map<string, string>();
    let now = 0;
    const drafts = new Drafts(memory(values), () => now++);
    const files = [{ id: 'f', name: 'a.png', type: 'image/png', size: 3, alt: 'a boat' }];
    drafts.save('lobby', { text: '', files });
    expect(new Drafts(memory(values)).of('lobby')).toMatchObject({ text: '', files });
    const written = values.get('changeroom.drafts');
    drafts.save('lobby', { text: '', files: [...files] });
    expect(values.get('changeroom.drafts')).toBe(written);
    drafts.save('lobby', { text: '', files: [] });
    expect(drafts.rooms.size).toBe(0);
  });

  test('the oldest of more than 50 drafts is dropped', () => {
    let now = 0;
    const drafts = new Drafts(memory(), () => now++);
    for (let i = 0; i <= 50; i += 1) drafts.save(`room ${i}`, { text: 'text' });
    expect(drafts.rooms.size).toBe(50);
    expect([drafts.of('room 0').text, drafts.of('room 1').text]).toEqual(['', 'text']);
  });

  test('a corrupt, full or forbidden storage is as good as none', () => {
    for (const stored of [
      '{',
      'null',
      '3',
      '[]',
      '{"lobby":null}',
      '{"lobby":{"text":3,"changed":1}}',
      '{"lobby":{"text":"x","changed":1,"files":[null]}}',
    ]) {
      const drafts = new Drafts(memory(new Map([['changeroom.drafts', stored]])));
      expect([stored, drafts.of('lobby').text, drafts.rooms.size]).toEqual([stored, '', 0]);
      drafts.save('lobby', { text: 'hello' });
      expect(drafts.of('lobby').text).toBe('hello');
    }
    for (const storage of [null, full]) {
      const drafts = new Drafts(storage);
      drafts.save('lobby', { text: 'hello' });
      // The page shows the room again.
      expect(drafts.of('lobby').text).toBe('hello');
      expect(new Drafts(storage).of('lobby').text).toBe('');
    }
  });

  test('rooms that are named like properties of objects have drafts of their own', () => {
    const storage = memory();
    for (const room of ['constructor', '__proto__', 'toString']) {
      expect(new Drafts(storage).of(room)).toEqual({ text: '' });
      new Drafts(storage).save(room, { text: `in ${room}` });
      expect(new Drafts(storage).of(room).text).toBe(`in ${room}`);
    }
  });
});

describe('an unfinished edit', () => {
  test('an unfinished edit is kept for its room until it is cleared', () => {
    const storage = memory();
    new UnfinishedEdit('lobby', storage).save('id-1', 'changed');
    expect(new UnfinishedEdit('lobby', storage).read()).toEqual({ id: 'id-1', text: 'changed' });
    expect(new UnfinishedEdit('other', storage).read()).toBeNull();
    new UnfinishedEdit('lobby', storage).clear();
    expect(new UnfinishedEdit('lobby', storage).read()).toBeNull();
  });

  test('a corrupt or full storage has no unfinished edit', () => {
    for (const stored of ['{', 'null', '3', '{"id":1,"text":"a"}'])
      expect(
        new UnfinishedEdit('lobby', memory(new Map([['changeroom.edit.lobby', stored]]))).read(),
      ).toBeNull();
    new UnfinishedEdit('lobby', full).save('id-1', 'changed');
    expect(new UnfinishedEdit('lobby', full).read()).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { contentDisposition } from '../../server/http/api/content-disposition.js';
import { cleanFileName, cleanFiles, storedAlt } from '../../server/protocol/file.js';

describe('the name of a file', () => {
  test.each([
    ['harbour.jpg', 'harbour.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['..', 'file'],
    ['', 'file'],
    ['a/', 'file'],
    ['a"b<c>.txt', 'a_b_c_.txt'],
    ['fdp\u202etxt.exe', 'fdp_txt.exe'],
    ['two\r\nlines.txt', 'two_lines.txt'],
    ['\ud800.txt', '_.txt'],
    ['Gru\u0308ße.txt', 'Grüße.txt'],
  ])('%j is stored as %j', (given, name) => {
    expect(cleanFileName(given)).toBe(name);
  });

  test('a long name keeps its extension', () => {
    const name = cleanFileName(`${'é'.repeat(500)}.jpeg`);
    expect([...name]).toHaveLength(120);
    expect(name.endsWith('é.jpeg')).toBe(true);
  });

  test('a value that is no text has a name of its own', () => {
    for (const value of [undefined, null, 7, {}]) expect(cleanFileName(value)).toBe('file');
  });
});

describe('the header Content-Disposition', () => {
  test('a name in ASCII is written as it is, any other one in UTF-8 too', () => {
    expect(contentDisposition('inline', 'a b.txt')).toBe('inline; filename="a b.txt"');
    expect(contentDisposition('attachment', "Grüße (1)'.txt")).toBe(
      `attachment; filename="Gr__e (1)'.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%281%29%27.txt`,
    );
  });
});

test('the files of a message are a short list of ids, some with descriptions, without repetitions', () => {
  expect(cleanFiles(undefined)).toEqual([]);
  expect(cleanFiles(['a', { id: 'b' }, { id: 'c', alt: ' a\nboat ' }, 'a'])).toEqual([
    { id: 'a' },
    { id: 'b' },
    { id: 'c', alt: 'a boat' },
  ]);
  for (const value of ['a', {}, [''], [7], [null], [{ alt: 'x' }], Array(11).fill('a')])
    expect(() => cleanFiles(value)).toThrow(expect.objectContaining({ code: 'bad-file' }));
  for (const alt of ['x'.repeat(301), '\u202e', 7])
    expect(() => cleanFiles([{ id: 'a', alt }])).toThrow(expect.objectContaining({ code: 'bad-alt' }));
});

test('a description that another program stored is shortened to one line', () => {
  expect(storedAlt('a\n\u202eboat')).toBe('a boat');
  expect([...(storedAlt('🚢'.repeat(400)) ?? '')]).toHaveLength(300);
  for (const value of [undefined, 7, '', ' \n']) expect(storedAlt(value)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { toHtml } from '../../../../server/http/pages/html.js';
import { byteText, fileViews } from '../../../../server/http/pages/rows/file-view.js';
import type { MessageFile } from '../../../../server/protocol/message.js';

const html = (files: MessageFile[], as: string | null = null) =>
  toHtml(...fileViews({ room: 'a b', files }, as));
const image = { id: 'i', name: '"><b>.png', type: 'image/png', size: 10, width: 840, height: 420 };

test('an image has a place of known size, a thumbnail and its name as text', () => {
  expect(html([image])).toContain(
    '<a class="image" href="/api/rooms/a%20b/files/i" target="_blank" rel="noopener">' +
      '<img src="/api/rooms/a%20b/files/i/thumbnail" alt="&quot;&gt;&lt;b&gt;.png" loading="lazy" decoding="async" width="420" height="210">',
  );
});

test('a small image shows itself, one that moves its still thumbnail', () => {
  const small = { ...image, width: 40, height: 20 };
  expect(html([small])).toContain('src="/api/rooms/a%20b/files/i" ');
  expect(html([{ ...small, animated: true }])).toMatch(/data-plays>.*thumbnail.*Play/);
});

test('every other file is a link to a download, also an image that pages do not show', () => {
  for (const type of ['image/svg+xml', 'text/html', 'application/pdf'])
    expect(html([{ ...image, name: 'a.x', type }], 'one')).toMatch(
      /^<div class="files"><a class="file" href="\/api\/rooms\/a%20b\/files\/i\?id_user=one" download="a.x">/,
    );
});

test('sizes are short', () => {
  expect([1, 2048, 1024 ** 2 * 1.44, 10 * 1024 ** 2].map(byteText)).toEqual([
    '0.1 kB',
    '2 kB',
    '1.4 MB',
    '10 MB',
  ]);
});

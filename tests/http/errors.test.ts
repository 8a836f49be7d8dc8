import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../server/protocol/errors.js';
import { ROOT } from '../../server/runtime/project-root.js';

/** `### code`, followed by a line that begins with `status: title.` */
const ENTRY = /^### (\S+)\n\n(\d{3}): ([^.]+)\./gm;

describe('docs/errors.md', async () => {
  const text = await readFile(path.join(ROOT, 'docs', 'errors.md'), 'utf8');
  const documented = [...text.matchAll(ENTRY)].map(([, code, status, title]) => ({
    code,
    status: Number(status),
    title: title!.replaceAll('\n', ' '),
  }));

  test.each(Object.entries(ERRORS))(
    'docs/errors.md has the status and title that the server uses for %s',
    (code, error) => {
      expect(documented).toContainEqual({ code, ...error });
    },
  );

  test('docs/errors.md has every error code exactly once and no other codes', () => {
    const headings = [...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
  });
});

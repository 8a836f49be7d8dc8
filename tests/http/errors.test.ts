import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../server/protocol/errors.js';
import { ROOT } from '../../server/runtime/project-root.js';

/** `### code`, and below it `status: title.` with more after it. */
const ENTRY = /^### (\S+)\n\n(\d{3}): ([^.]+)\./gm;

describe('docs/errors.md', async () => {
  const text = await readFile(path.join(ROOT, 'docs', 'errors.md'), 'utf8');
  const documented = [...text.matchAll(ENTRY)].map(([, code, status, title]) => ({
    code,
    status: Number(status),
    title: title!.replaceAll('\n', ' '),
  }));

  it.each(Object.entries(ERRORS))('says of %s what the server says', (code, error) => {
    expect(documented).toContainEqual({ code, ...error });
  });

  it('has every code once, and no other', () => {
    const headings = [...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
  });
});

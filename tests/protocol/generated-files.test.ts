import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type * as generated from '../../packages/client/src/frames.js';
import { generatedFiles } from '../../scripts/protocol/generated-files.js';
import { clientFrames, type ServerFrame } from '../../server/protocol/frames.js';

describe('files that are generated from the frame schemas', () => {
  test.each([...generatedFiles()])('%s is up to date (npm run docs:protocol)', (file, text) => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  // Checked by the type checker, not at run time.
  test('the generated types of server frames equal those of the server', () => {
    expectTypeOf<generated.ServerFrame>().toEqualTypeOf<ServerFrame>();
  });

  test('a frame of the generated types passes the schema of the server', () => {
    const frame: generated.ClientFrame<'loadHistory'> = {
      type: 'loadHistory',
      ref: 1,
      room: 'lobby',
      before: { sent: 1, id: 'a' },
    };
    expect(clientFrames.loadHistory.parse(frame)).toEqual({ ...frame, limit: 50 });
  });

  test('the document has a section for each frame, with a description', () => {
    const text = generatedFiles().get('docs/socket-protocol.md') ?? '';
    for (const type of Object.keys(clientFrames)) expect(text).toMatch(new RegExp(`### \`${type}\`\n\n\\S`));
  });
});

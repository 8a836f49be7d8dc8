import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { matchRegex } from '../../packages/embedded-rethinkdb/src/operators/regex.js';
import { Random } from '../../scripts/fuzz/random.js';
import { HOOK_PATTERNS } from '../../server/database/schema/message-hook.js';

test.each(HOOK_PATTERNS)('the embedded database matches the hook pattern %s as RE2 does', (pattern) => {
  const random = new Random(7);
  for (let i = 0; i < 2_000; i++) {
    const text = random.wellFormed();
    const matcher = RE2JS.compile(pattern).matcher(text);
    const expected = matcher.find() ? matcher.group() : null;
    const match = matchRegex(text, pattern) as { str: string } | null;
    expect(match?.str ?? null).toEqual(expected);
  }
});

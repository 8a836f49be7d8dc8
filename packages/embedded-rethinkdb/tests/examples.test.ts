import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runCommand } from './support/command.js';

const run = promisify(execFile);
const pathOf = (name: string) => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));

const EXAMPLES = [
  { name: 'changefeed.mjs', args: [], output: '- → 4\n4 → 5\n5 → -\n' },
  { name: 'node-test.mjs', args: ['--test'], output: /# pass 1\n# fail 0\n/ },
];

describe.each(EXAMPLES)('the example $name', ({ name, args, output }) => {
  const matches =
    typeof output === 'string' ? expect.stringContaining(output) : expect.stringMatching(output);
  const command = [...args, ...(args.length > 0 ? ['--test-reporter=tap'] : []), pathOf(name)];

  test('runs with a database in memory', async () => {
    const { stdout } = await run(process.execPath, command, { env: { PATH: process.env.PATH } });
    expect(stdout).toEqual(matches);
  });

  test('runs on the server of RETHINKDB_URL', async () => {
    const url = process.env.RETHINKDB_URL;
    if (url === undefined) {
      const ended = await runCommand(['--memory', '--password', 'p', '--run', process.execPath, ...command]);
      expect(ended).toEqual({ code: 0, output: matches });
    } else {
      const env = { PATH: process.env.PATH, RETHINKDB_URL: url };
      expect((await run(process.execPath, command, { env })).stdout).toEqual(matches);
    }
  });
});

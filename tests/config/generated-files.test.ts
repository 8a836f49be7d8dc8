import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from '../../scripts/settings/generated-files.js';
import { documentedGroups } from '../../scripts/settings/setting-groups.js';
import { replaceTables, table } from '../../scripts/settings/settings-tables.js';
import { groups } from '../../server/config/setting-headings.js';
import { settings } from '../../server/config/settings.js';
import { tunnelSettings } from '../../server/config/tunnel-settings.js';

describe('files that are generated from the settings', () => {
  const files = generatedFiles();
  const textOf = (file: string) => files.get(file) ?? '';

  test.each([...files])('%s is up to date (npm run docs:settings)', (file, text) => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('every setting is in a group, in the order of the source', () => {
    const documented = documentedGroups();
    expect(documented.map(({ title }) => title)).toEqual([...groups.map(({ title }) => title), 'SSH tunnel']);
    expect(documented.flatMap((group) => group.settings.map(({ name }) => name))).toEqual([
      ...Object.keys(settings),
      ...Object.keys(tunnelSettings),
    ]);
    const withoutText = documented.flatMap((group) =>
      group.settings.filter(({ description }) => !description),
    );
    expect(withoutText).toEqual([]);
  });

  test('docs/configuration.md has a table for each group', () => {
    const titles = [...textOf('docs/configuration.md').matchAll(/<!-- settings: (.*) -->/g)].map(
      ([, title]) => title,
    );
    expect(titles).toEqual([...documentedGroups().map(({ title }) => title), 'Alternative names']);
  });

  test('.env.example has every setting, commented out, with its default and its meaning', () => {
    const entries = [...textOf('.env.example').matchAll(/^# .+\n#(\w+)=(.*)$/gm)];
    const expected = documentedGroups().flatMap((group) =>
      group.settings.map(({ name, fallback }) => [name, fallback]),
    );
    expect(entries.map(([, ...entry]) => entry)).toEqual(expected.filter(([name]) => name !== 'ENV_FILE'));
    expect(textOf('.env.example')).not.toMatch(/^\w/m);
  });

  test('app.json omits the settings of the platform, and has the values that its router and Redis require', () => {
    const { env } = JSON.parse(textOf('app.json')) as { env: Record<string, object> };
    const all = documentedGroups().flatMap((group) => group.settings.map(({ name }) => name));
    expect(all.filter((name) => !(name in env))).toEqual(['PORT', 'HOST', 'ENV_FILE', 'REDIS_URL']);
    expect(env.TRUST_PROXY).toMatchObject({ value: '1' });
    expect(env.REDIS_TLS_VERIFY).toMatchObject({ value: 'false' });
    expect(env.SESSION_SECRET).toMatchObject({ generator: 'secret' });
  });
});

describe('replaceTables', () => {
  test('replaceTables replaces only the text between the marks', () => {
    const tables = new Map([['Redis', table(['a'], [['wider']])]]);
    const document = 'before\n<!-- settings: Redis -->\nold\n<!-- end -->\nafter';
    expect(replaceTables(document, tables)).toBe(
      'before\n<!-- settings: Redis -->\n\n| a     |\n| ----- |\n| wider |\n\n<!-- end -->\nafter',
    );
  });

  test('replaceTables rejects a mark that names no table', () => {
    expect(() => replaceTables('<!-- settings: Radius -->\n<!-- end -->', new Map())).toThrow('Radius');
  });
});

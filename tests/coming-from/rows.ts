import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, readConfig } from '../../server/config/config.js';

/** Checks of the rows of docs/coming-from.md, by the first cell of the row without its quotation marks. */
export type RowChecks = Record<string, () => unknown>;

/** Runs one test for each row in the tables of a section, which must have as many checks as rows. */
export function walkRows(section: string, checks: RowChecks): void {
  describe(section, () => {
    const originals = originalsOf(section);
    test(`every row of "${section}" has a check, and every check has a row`, () => {
      expect(originals.toSorted()).toEqual(Object.keys(checks).toSorted());
    });
    for (const original of originals)
      test(`${original} works as docs/coming-from.md says`, async () => {
        await checks[original]?.();
      });
  });
}

function originalsOf(section: string): string[] {
  const text = readFileSync('docs/coming-from.md', 'utf8');
  const [, ...sections] = text.split(/^## /m);
  const found = sections.find((one) => one.startsWith(`${section}\n`)) ?? '';
  return found
    .split('\n')
    .filter((line) => /^\| (?!Original |-)/.test(line))
    .map((line) => (line.split(' | ')[0] ?? '').slice(2).replaceAll('`', '').trim());
}

/**
 * The configuration with settings of the original. The log must have one line that contains all of `words`.
 * @param words such as the names of the original and of the new setting
 */
export function configWith(env: Record<string, string>, ...words: string[]): Config {
  const config = readConfig(env);
  const lines = config.warnings.filter((line) => words.every((word) => line.includes(word)));
  expect(lines, `lines with ${words.join(', ')} in ${JSON.stringify(config.warnings)}`).toHaveLength(1);
  return config;
}

/** The configuration with settings of the original that are also settings of Changeroom: nothing is logged. */
export function configOf(env: Record<string, string>): Config {
  const config = readConfig(env);
  expect(config.warnings).toEqual([]);
  return config;
}

/** The effect is checked by other tests, which need real programs. @param titles of tests in that file */
export function checkedIn(file: string, ...titles: string[]): () => void {
  return () => {
    const source = readFileSync(path.join('tests', `${file}.test.ts`), 'utf8');
    for (const title of titles) expect(source).toContain(title);
  };
}

/** A page of the documentation has the command. */
export function documentedIn(page: string, ...commands: string[]): () => void {
  return () => {
    const text = readFileSync(page, 'utf8');
    for (const command of commands) expect(text).toContain(command);
  };
}

export function filesExist(...files: string[]): () => void {
  return () => expect(files.filter((file) => !existsSync(file))).toEqual([]);
}

/** The package has a script. @param titles of tests in `file` that run it */
export function script(name: string, file?: string, ...titles: string[]): () => void {
  return () => {
    expect(readPackage().scripts).toHaveProperty(name);
    if (file) checkedIn(file, ...titles)();
  };
}

export function dependsOn(...names: string[]): () => void {
  return () => expect(dependencies()).toEqual(expect.arrayContaining(names));
}

/** Names of the packages that the server needs. */
export function dependencies(): string[] {
  return Object.keys(readPackage().dependencies);
}

function readPackage(): { scripts: Record<string, string>; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync('package.json', 'utf8'));
}

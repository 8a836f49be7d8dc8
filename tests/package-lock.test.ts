import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Package {
  version: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

describe('package-lock.json', () => {
  const text = readFileSync('package-lock.json', 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, Package> };

  test('names no registry', () => {
    expect(text).not.toMatch(/"resolved": "http|https?:\/\/[^"]*registry/);
  });

  // npm leaves out what the registry did not have when the file was written; `npm ci` then fails everywhere, and
  // `npm install` leaves out the binaries of the other platforms.
  test('has the binaries of all platforms', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});

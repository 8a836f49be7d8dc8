import { describe, expect, test } from 'vitest';
import { parseAllowedOrigin } from '../../server/config/allowed-origins.js';
import { readConfig } from '../../server/config/config.js';

describe('an entry of ALLOWED_ORIGINS', () => {
  test.each([
    ['https://app.example.org', 'https://app.example.org'],
    ['HTTPS://App.Example.org:443', 'https://app.example.org'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://*.preview.example.org', 'https://pr-12.preview.example.org'],
    ['https://*.preview.example.org:8443', 'https://pr-12.preview.example.org:8443'],
    ['capacitor://localhost', 'capacitor://localhost'],
  ])('%s allows %s', (entry, origin) => {
    expect(parseAllowedOrigin(entry)?.matches(origin)).toBe(true);
  });

  test.each([
    ['https://app.example.org', 'http://app.example.org'],
    ['https://app.example.org', 'https://app.example.org:8443'],
    ['https://app.example.org', 'https://app.example.org.evil.example'],
    ['https://app.example.org', 'https://x.app.example.org'],
    ['https://app.example.org', 'null'],
    ['https://*.preview.example.org', 'https://preview.example.org'],
    ['https://*.preview.example.org', 'https://.preview.example.org'],
    ['https://*.preview.example.org', 'https://a.b.preview.example.org'],
    ['https://*.preview.example.org', 'https://evil.example/.preview.example.org'],
    ['https://*.preview.example.org', 'https://evilpreview.example.org'],
    ['https://*.preview.example.org', 'http://a.preview.example.org'],
    ['https://*.preview.example.org', 'https://a.preview.example.org:8443'],
    ['https://*.preview.example.org', 'https://a.preview.example.org.evil.example'],
  ])('%s does not allow %s', (entry, origin) => {
    expect(parseAllowedOrigin(entry)?.matches(origin)).toBe(false);
  });

  test.each([
    '*',
    'null',
    'app.example.org',
    'https://app.example.org/',
    'https://app.example.org/path',
    'https://user@app.example.org',
    'https://*.org',
    'https://*',
    'https://app.*.org',
    'https://*.*.example.org',
    'https://app.example.org:99999',
    'https://',
    'file://',
    'https://[::1',
    'https://a b',
  ])('%s is refused', (entry) => {
    expect(parseAllowedOrigin(entry)).toBeNull();
    expect(() => readConfig({ ALLOWED_ORIGINS: `https://app.example.org, ${entry}` })).toThrow(
      /ALLOWED_ORIGINS must/,
    );
  });
});

test('ALLOWED_ORIGINS may contain spaces and a comma at its end', () => {
  const { allowedOrigins } = readConfig({ ALLOWED_ORIGINS: ' https://a.example , https://b.example, ' });
  expect(allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
});

test('the configuration of worker processes, which is sent as JSON, keeps all settings', () => {
  const config = readConfig({ ALLOWED_ORIGINS: 'https://a.example,https://*.b.example' });
  expect(JSON.parse(JSON.stringify(config))).toEqual(config);
});

import { afterEach, describe, expect, test } from 'vitest';
import { Deployment } from './deployment.js';

/** As `heroku local` does, with a Procfile runner. */
const RUNNER = ['node', 'node_modules/foreman/nf.js', '--procfile', 'Procfile', '--env', '/dev/null'];

describe('the Procfile', () => {
  afterEach(async () => {
    await Deployment.removeAll();
  });

  test('serves as web, and ends with the runner', async () => {
    const server = await Deployment.start({}, [...RUNNER, 'start', 'web']);
    await server.isReady();
    const posted = await fetch(`${server.url}/api/rooms/lobby/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ body: 'by way of the Procfile' }),
    });
    expect(posted.status).toBe(201);
    // As a terminal does for Ctrl+C.
    const { output } = await server.end('SIGINT', 'all');
    expect(output).toContain('Changeroom is at');
    expect(output).not.toContain('shutdown did not finish');
  });

  test('has a release phase, which makes nothing for the embedded database', async () => {
    const server = await Deployment.start({}, [
      ...RUNNER,
      'run',
      'bash',
      'tunnel-and-serve.sh',
      'node',
      'scripts/create-schema.mjs',
    ]);
    const { code, output } = await server.ended;
    expect([code, output.trim()]).toEqual([
      0,
      expect.stringContaining('Nothing to do without RETHINKDB_URL'),
    ]);
  });
});

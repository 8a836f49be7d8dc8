import { afterEach, describe, expect, test } from 'vitest';
import { Deployment } from './deployment.js';

/** A Procfile runner, such as the one of `heroku local`. */
const RUNNER = ['node', 'node_modules/foreman/nf.js', '--procfile', 'Procfile', '--env', '/dev/null'];

describe('the Procfile', () => {
  afterEach(async () => {
    await Deployment.removeAll();
  });

  test('the web process of the Procfile serves the chat and ends with the runner', async () => {
    const server = await Deployment.start({}, [...RUNNER, 'start', 'web']);
    await server.isReady();
    const posted = await fetch(`${server.url}/api/rooms/lobby/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ body: 'from the Procfile' }),
    });
    expect(posted.status).toBe(201);
    // As a terminal does for Ctrl+C.
    const { output } = await server.end('SIGINT', 'all');
    expect(output).toContain('Changeroom is at');
    expect(output).not.toContain('shutdown did not finish');
  });

  test('the release phase of the Procfile has nothing to do for the embedded database', async () => {
    const server = await Deployment.start({}, [
      ...RUNNER,
      'run',
      'bash',
      'tunnel-and-serve.sh',
      'node',
      'dist/scripts/create-schema.js',
    ]);
    const { code, output } = await server.ended;
    expect([code, output.trim()]).toEqual([
      0,
      expect.stringContaining('RETHINKDB_URL is not set: there is nothing to do'),
    ]);
  });
});

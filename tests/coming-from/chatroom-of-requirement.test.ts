import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { checkedIn, dependsOn, documentedIn, filesExist, script, walkRows } from './rows.js';

walkRows('Chatroom of Requirement', {
  COMPOSE_IO_SSH_KEY: checkedIn('deploy/tunnel-settings', 'COMPOSE_IO_SSH_KEY'),
  'compose@portal.1.dblayer.com -p 10000': checkedIn('deploy/tunnel-settings', 'COMPOSE_'),
  '10.0.0.$((99 - DYNO % 2)):28015': checkedIn('deploy/tunnel', 'RETHINKDB_INTERNAL_IPS'),
  'localhost:28015': checkedIn('deploy/tunnel-settings', 'SSH_LOCAL_PORT'),
  DYNO: checkedIn('deploy/tunnel', 'DYNO'),
  "no verification of the host's key": checkedIn('deploy/tunnel-settings', 'SSH_KNOWN_HOSTS'),
  'heroku apps:create': documentedIn('docs/deploy.md', 'heroku create'),
  'heroku config:set "COMPOSE_IO_SSH_KEY=…"': checkedIn('deploy/tunnel-settings', 'COMPOSE_IO_SSH_KEY'),
  'web: bash tunnel-and-serve.sh': () =>
    expect(readFileSync('Procfile', 'utf8')).toMatch(/^web: bash tunnel-and-serve\.sh$/m),
  'node server.js': script('start', 'flows/start'),
  'views/index.jade': filesExist('views/room.pug'),
  'static/client.js': filesExist('static/client/main.ts'),
  'server.js': filesExist('server/main.ts'),
  'pool.js': filesExist('server/database/connection/database.ts'),
  'http.js': filesExist('server/http/http.ts'),
  'socket.js': filesExist('server/sockets/sockets.ts'),
  'engine.io, primus, rethinkdb, endex, express': dependsOn(
    'engine.io',
    'primus',
    'rethinkdb',
    'endex',
    'express',
  ),
  jade: dependsOn('pug'),
});

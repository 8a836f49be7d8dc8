/** `npm run dev`: builds, starts the server, and does both again whenever a source changes. */
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Milliseconds without a change before building: editors write several files, several times. */
const QUIET = 150;

let server = null;
let timer = null;
let again = Promise.resolve();

for (const folder of [
  'server',
  'packages/embedded-rethinkdb/src',
  'views',
  'static/client',
  'static/styles',
]) {
  watch(`${root}/${folder}`, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      again = again.then(restart);
    }, QUIET);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await stop();
    process.exit(0);
  });
}
again = restart();

async function restart() {
  const built = await ended(run('scripts/build.mjs'));
  // What does not build is not started; the old one goes on.
  if (built !== 0) return;
  await stop();
  server = run('dist/server/main.js');
}

async function stop() {
  const running = server;
  server = null;
  if (running === null || running.exitCode !== null || running.signalCode !== null) return;
  running.kill('SIGTERM');
  await ended(running);
}

function run(file) {
  return spawn(process.execPath, [file], { cwd: root, stdio: 'inherit' });
}

/** @returns the exit code; null after a signal */
function ended(child) {
  return new Promise((resolve) => child.once('exit', resolve));
}

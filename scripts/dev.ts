/** `npm run dev`: builds and starts the server, again after each change of a source or of .env. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../server/runtime/project-root.js';

const FOLDERS = [
  'server',
  'packages/client/src',
  'packages/embedded-rethinkdb/src',
  'views',
  'static/client',
  'static/styles',
];
/** Time without a change before a build: editors write several files, several times. */
const QUIET_MS = 150;

let server: ChildProcess | null = null;
let timer: NodeJS.Timeout | undefined;
let restarting = restart();

for (const folder of FOLDERS) watch(join(ROOT, folder), { recursive: true }, scheduleRestart);
// The folder, because the file may not exist yet.
watch(ROOT, (_event, file) => file === '.env' && scheduleRestart());
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await stop();
    process.exit(0);
  });
}

function scheduleRestart(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    restarting = restarting.then(restart);
  }, QUIET_MS);
}

/** When the build fails, the running server continues. */
async function restart(): Promise<void> {
  const build = run('npm', ['run', '--silent', 'build']);
  const [status] = await once(build, 'exit');
  if (status !== 0) return;
  await stop();
  server = run(process.execPath, ['dist/server/main.js']);
}

async function stop(): Promise<void> {
  const running = server;
  server = null;
  if (running === null || running.exitCode !== null || running.signalCode !== null) return;
  running.kill('SIGTERM');
  await once(running, 'exit');
}

function run(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { cwd: ROOT, stdio: 'inherit' });
}

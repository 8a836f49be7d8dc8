/**
 * The real programs that tests run against, and how a machine gets them: found where they usually stand, else
 * installed with apt-get where that works without asking (root, or sudo without a password).
 * What cannot be had is no failure: its tests are skipped, and say why.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * `variable` overrides where a program is looked for, and tells the tests where it was found.
 * `usedBy` names the tests that need it; a program that no test uses is neither looked for nor installed.
 */
export const PROGRAMS = [
  {
    name: 'chromium',
    variable: 'CHROME_PATH',
    commands: ['chromium', 'google-chrome', 'google-chrome-stable', 'chrome'],
    places: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    aptPackage: 'chromium',
    usedBy: ['tests/flows', 'tests/bots'],
  },
  {
    name: 'redis-server',
    variable: 'REDIS_SERVER_PATH',
    commands: ['redis-server'],
    places: [],
    aptPackage: 'redis-server',
    usedBy: ['tests/presence', 'tests/sockets', 'tests/cluster', 'tests/chaos'],
  },
  {
    name: 'rabbitmq-server',
    variable: 'RABBITMQ_SERVER_PATH',
    commands: ['rabbitmq-server'],
    // Debian's own command of that name insists on being root or rabbitmq; the one behind it does not.
    places: ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/homebrew/sbin/rabbitmq-server'],
    aptPackage: 'rabbitmq-server',
    usedBy: ['tests/bots'],
  },
  {
    name: 'openssl',
    variable: 'OPENSSL_PATH',
    commands: ['openssl'],
    places: [],
    aptPackage: 'openssl',
    usedBy: ['tests/database', 'tests/presence'],
  },
  {
    name: 'sshd',
    variable: 'SSHD_PATH',
    commands: ['sshd'],
    places: [],
    aptPackage: 'openssh-server',
    usedBy: ['tests/deploy'],
  },
  {
    name: 'nginx',
    variable: 'NGINX_PATH',
    commands: ['nginx'],
    places: [],
    aptPackage: 'nginx-light',
    usedBy: ['tests/deploy'],
  },
  {
    name: 'shellcheck',
    variable: 'SHELLCHECK_PATH',
    commands: ['shellcheck'],
    places: [],
    aptPackage: 'shellcheck',
    usedBy: ['tests/deploy'],
  },
  {
    name: 'systemd-analyze',
    variable: 'SYSTEMD_ANALYZE_PATH',
    commands: ['systemd-analyze'],
    places: [],
    aptPackage: 'systemd',
    usedBy: ['tests/deploy'],
  },
];

/**
 * Finds what tests use, and installs what is missing.
 * @returns the environment for the tests: each program's variable with its path or empty, and MISSING_PROGRAMS, a JSON
 * object of name → reason.
 */
export async function provideSystemPrograms(programs = PROGRAMS) {
  const used = programs.filter((program) => program.usedBy.length > 0);
  const overridden = (program) => Boolean(process.env[program.variable]);
  const wanted = used.filter((program) => find(program) === null && !overridden(program));
  const failure = wanted.length > 0 ? await install(wanted.map((program) => program.aptPackage)) : null;

  const environment = {};
  const missing = {};
  for (const program of used) {
    const path = find(program);
    environment[program.variable] = path ?? '';
    if (path !== null) continue;
    missing[program.name] = overridden(program)
      ? `${program.variable} names no program that can be run`
      : `${program.name} was not found (${failure ?? 'although its package is installed'})`;
  }
  environment.MISSING_PROGRAMS = JSON.stringify(missing);
  return environment;
}

/** @returns the variables of these programs with their paths, as far as they are found; installs nothing */
export function findSystemPrograms(names) {
  const wanted = PROGRAMS.filter(({ name }) => names.includes(name));
  const found = wanted.map((program) => [program.variable, find(program)]);
  return Object.fromEntries(found.filter(([, path]) => path !== null));
}

function find({ variable, commands, places }) {
  const override = process.env[variable];
  if (override) return isExecutable(override) ? override : null;
  // Servers live in sbin, which is not on everybody's PATH.
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/opt/homebrew/bin',
  ];
  const candidates = folders.flatMap((folder) => commands.map((command) => join(folder, command)));
  return [...places, ...candidates].find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Run as root. Packages must not start services (nor fail where there is no init): policy-rc.d forbids it.
 * Only the download has a time limit, since stopping dpkg halfway leaves a machine to repair. A lock held by
 * somebody else is waited for; `apt-get update` cannot wait for its own, so it tries again. One package at a time,
 * so that one which a distribution does not have keeps no other away.
 */
const INSTALL = `
set -u
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt() {
  limit=$1; shift
  timeout "$limit" apt-get -o DPkg::Lock::Timeout=240 -o Acquire::Retries=2 \\
    -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@"
}
for attempt in 1 2 3 4; do
  apt 120 update && break
  [ "$attempt" = 4 ] || sleep 10
done
status=0
for package in "$@"; do
  apt 300 install -y --no-install-recommends --download-only "$package" &&
    apt 0 install -y --no-install-recommends "$package" || status=1
done
exit "$status"
`;

/** @returns null, or the reason why the packages could not be installed */
async function install(packages) {
  if (process.env.TESTS_INSTALL === 'never') return 'TESTS_INSTALL=never';
  if (find({ variable: '', commands: ['apt-get'], places: [] }) === null)
    return 'no apt-get to install it with';
  const shell = ['sh', '-c', INSTALL, 'install', ...packages];
  const [command, ...args] = process.getuid() === 0 ? shell : ['sudo', '-n', ...shell];
  if (command === 'sudo' && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    return `installing it takes root: apt-get install ${packages.join(' ')}`;
  }

  console.log(`Installing what tests need: ${packages.join(', ')}`);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    process.stderr.write(chunk);
    complaints += chunk;
  });
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      complaints += `E: ${error.message}\n`;
      resolve(1);
    });
    child.on('close', resolve);
  });
  if (status === 0) return null;
  const firstError = complaints.split('\n').find((line) => line.startsWith('E: ')) ?? `status ${status}`;
  return `apt-get: ${firstError.replace(/^E: /, '')}`;
}

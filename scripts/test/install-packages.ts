import { spawn, spawnSync } from 'node:child_process';
import { findCommand } from './find-program.js';

/**
 * Runs as root. Packages must not start services, nor fail without an init system: policy-rc.d forbids it. Only the
 * download has a time limit, because stopping dpkg halfway leaves a machine to repair. Waits for locks of other
 * processes; `apt-get update` cannot wait for its own lock, so it is retried. Installs one package after the other, so
 * that one which a distribution does not have does not prevent the others. Each argument is a package, or several
 * separated by spaces, of which the first one that the distribution has is installed.
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
install() {
  apt 300 install -y --no-install-recommends --download-only "$1" && apt 0 install -y --no-install-recommends "$1"
}
for packages in "$@"; do
  installed=1
  for package in $packages; do
    install "$package" && installed=0 && break
  done
  [ "$installed" = 0 ] || status=1
done
exit "$status"
`;

/**
 * Installs packages of Debian or Ubuntu as root, or with sudo where it needs no password. Announces them first.
 * @returns null, or the reason why they were not installed
 */
export async function installPackages(packages: readonly string[]): Promise<string | null> {
  if (process.env.TESTS_INSTALL === 'never') return 'TESTS_INSTALL=never';
  if (findCommand('apt-get') === null) return 'no apt-get to install it with';
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    return `root must install it: apt-get install ${packages.join(' ')}`;
  }
  console.log(
    `The tests use system packages that are missing: ${packages.join(', ')}.\n` +
      `Installing them with ${isRoot ? '' : 'sudo '}apt-get. To prevent this, stop and set TESTS_INSTALL=never: the tests ` +
      'that need them are then skipped. npm run test:unit needs no system packages.',
  );
  const shell = ['sh', '-c', INSTALL, 'install', ...packages];
  return isRoot ? run('sh', shell.slice(1)) : run('sudo', ['-n', ...shell]);
}

/** @returns null, or the first error that apt-get printed */
function run(command: string, args: readonly string[]): Promise<string | null> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    errors += chunk;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status) => {
      if (status === 0) return resolve(null);
      const [, error = `status ${status}`] = /^E: (.*)/m.exec(errors) ?? [];
      resolve(`apt-get: ${error}`);
    });
  });
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.js';
import { programPath } from '../support/programs.js';

const run = promisify(execFile);

/** An SSH server that runs as the user of the test. That user can log in with one key. */
export interface SshServer {
  /** The settings of a tunnel through this server. */
  env: { SSH_HOST: string; SSH_PORT: string; SSH_USER: string; SSH_KEY: string; SSH_KNOWN_HOSTS: string };
  /** A line of `known_hosts` with another key than that of this server. */
  otherHostKey: string;
  stop(): Promise<void>;
}

export async function startSshServer(): Promise<SshServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-sshd-'));
  const names = ['host', 'other', 'client'];
  const [host, other, client] = await Promise.all(names.map((name) => makeKey(directory, name)));
  await writeFile(path.join(directory, 'authorized_keys'), client!.publicKey);
  // sshd requires this folder as root. A service would create it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const { child, port } = await launchAnywhere(directory);
  const knownHost = (key: string) => `[127.0.0.1]:${port} ${key}`;
  return {
    env: {
      SSH_HOST: '127.0.0.1',
      SSH_PORT: String(port),
      SSH_USER: userInfo().username,
      SSH_KEY: client!.privateKey,
      SSH_KNOWN_HOSTS: knownHost(host!.publicKey),
    },
    otherHostKey: knownHost(other!.publicKey),
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** @param options of ssh-keygen, which override the defaults */
export async function makeKey(directory: string, name: string, options: readonly string[] = []) {
  const file = path.join(directory, name);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, ...options, '-f', file]);
  return { privateKey: await readFile(file, 'utf8'), publicKey: await readFile(`${file}.pub`, 'utf8') };
}

/** Tries other ports when another process takes the free one first. */
async function launchAnywhere(directory: string): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { child: await launch(directory, port), port };
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

/** @throws Error with the output of sshd when it does not start */
async function launch(directory: string, port: number): Promise<ChildProcess> {
  const config = path.join(directory, 'sshd_config');
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: path.join(directory, 'host'),
    AuthorizedKeysFile: path.join(directory, 'authorized_keys'),
    PidFile: 'none',
    PasswordAuthentication: 'no',
    // Without PAM, sshd considers accounts without a password as locked.
    UsePAM: 'yes',
    // All users can write to the folder for temporary files.
    StrictModes: 'no',
    LogLevel: 'INFO',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(config, lines.join(''));
  const child = spawn(programPath('sshd'), ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Also when the test process ends early.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (/Server listening on/.test(output)) resolve();
    });
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`sshd ended: ${output}`);
  });
  ended.catch(() => {});
  await Promise.race([ready, ended]);
  return child;
}

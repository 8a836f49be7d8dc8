import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.js';
import { programPath } from '../support/programs.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

/** A request as nginx has forwarded it. */
export interface PassedOn {
  /** Address of the server that answered. */
  to: string;
  /** The cookie that nginx has set, as in the header `Cookie`. */
  cookie: string;
  status: number;
  url: string;
}

/** Writes the content of the block `http` for a port at which nginx listens. */
export type SiteWriter = (port: number) => string;

/** nginx with a site in front of servers. Runs as the user of the test. */
export class Nginx {
  readonly url: string;
  readonly #directory: string;
  readonly #child: ChildProcess;

  private constructor(url: string, directory: string, child: ChildProcess) {
    this.url = url;
    this.#directory = directory;
    this.#child = child;
  }

  /** @throws Error when `nginx -t` finds a fault */
  static async start(writeSite: SiteWriter): Promise<Nginx> {
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-nginx-'));
    const port = await freePort();
    await writeConfiguration(directory, writeSite(port));
    const args = ['-p', directory, '-c', 'nginx.conf', '-e', 'error.log'];
    await run(programPath('nginx'), [...args, '-t']);
    const child = spawn(programPath('nginx'), args, { stdio: 'ignore' });
    const nginx = new Nginx(`http://127.0.0.1:${port}`, directory, child);
    // Also when the test process ends early.
    const kill = () => child.kill('SIGTERM');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    await until('nginx answers', () =>
      fetch(nginx.url).then(
        () => true,
        () => child.exitCode !== null,
      ),
    );
    if (child.exitCode !== null) throw new Error(`nginx ended: ${await nginx.#read('error.log')}`);
    return nginx;
  }

  async passedOn(): Promise<PassedOn[]> {
    const lines = (await this.#read('access.log')).split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const [to = '', cookie = '', status, url = ''] = line.split(' | ');
      return { to, cookie, status: Number(status), url };
    });
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    await rm(this.#directory, { recursive: true, force: true });
  }

  #read(file: string): Promise<string> {
    return readFile(path.join(this.#directory, file), 'utf8');
  }
}

/** The project's files with another port and these servers. */
export const ownSite =
  (servers: readonly string[]): SiteWriter =>
  (port) => {
    const [site, upstream] = ['site.conf', 'upstream.conf'].map((file) =>
      readFileSync(`deploy/nginx/${file}`, 'utf8'),
    );
    const lines = servers.map((url) => `server ${new URL(url).host} $1;`).join('\n');
    return [upstream!.replace(/server 127\.0\.0\.1:5000 (.*);/, lines), atPort(site!, port)].join('\n');
  };

/** A site that listens at another port, on the loopback address. */
export function atPort(site: string, port: number): string {
  return site.replace('listen 80;', `listen 127.0.0.1:${port};`).replace('listen [::]:80;', '');
}

async function writeConfiguration(directory: string, site: string): Promise<void> {
  // As root, nginx would start its workers as a user without access to the folder.
  const user = process.getuid?.() === 0 ? `user ${userInfo().username};` : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(path.join(directory, 'site.conf'), site);
  await writeFile(
    path.join(directory, 'nginx.conf'),
    `${user} daemon off; worker_processes 2; pid nginx.pid;
    events { worker_connections 256; }
    http {
      log_format passed '$upstream_addr | changeroom_server=$cookie_changeroom_server | $status | $request_uri';
      access_log access.log passed;
      ${temporary.map((name) => `${name}_temp_path ${name};`).join(' ')}
      include site.conf;
    }`,
  );
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment } from '../support/child-environment.js';
import { until } from '../support/until.js';

/** Bots of scripts/bots/ in a separate process. */
export interface BotProcess {
  /** Standard output and error so far. */
  readonly output: string;
  /** Sends a signal and waits until the process has ended. @returns its exit code, or the signal that ended it */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts bots as `npm run bot` does, and waits until they listen. @param env their settings */
export async function startBots(names: string[], env: Record<string, string>): Promise<BotProcess> {
  const { child, output, ended } = launchBots(names, env);
  await Promise.race([
    until('the bots listen', () => names.every((name) => output().includes(`/${name} is listening`))),
    ended.then((code) => Promise.reject(new Error(`the bots ended with ${code}: ${output()}`))),
  ]);
  return {
    get output() {
      return output();
    },
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts bots that are expected to fail. @returns how the process ended */
export async function failToStart(names: string[]): Promise<{ code: number | string; output: string }> {
  const { ended, output } = launchBots(names, {});
  return { code: await ended, output: output() };
}

function launchBots(names: string[], env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, ['dist/scripts/bots/start.js', ...names], {
    env: childEnvironment({ ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
    });
  }
  // A test process that ends early leaves no bot running.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', kill);
    return (code ?? signal) as number | string;
  });
  return { child, ended, output: () => text };
}

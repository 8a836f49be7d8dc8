import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { childEnvironment } from '../child-environment.js';
import { programPath } from '../programs.js';

/** A screen without a monitor, for programs that need windows. */
export interface VirtualDisplay {
  /** The value of DISPLAY. */
  name: string;
  close(): Promise<void>;
}

export async function openDisplay(): Promise<VirtualDisplay> {
  // Xvfb chooses a free number and writes it to the file descriptor 3.
  const arguments_ = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'];
  const child = spawn(programPath('xvfb'), arguments_, {
    env: childEnvironment(),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  const number = once(child.stdio[3] as Readable, 'data').then(([chunk]) => String(chunk).trim());
  const started = await Promise.race([number, ended]);
  if (typeof started !== 'string') throw new Error(`Xvfb ended with ${started[0]}`);
  return {
    name: `:${started}`,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface ChildDatabase {
  process: ChildProcess;
  port: number;
}

/** Starts the database in a process of its own, which can be killed. @param args of child-server.ts after the directory */
export async function startChildDatabase(directory: string, ...args: string[]): Promise<ChildDatabase> {
  const program = path.join(import.meta.dirname, 'child-server.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) return { process: child, port: Number(line) };
  await killChild(child);
  throw new Error('the database did not start');
}

/** Kills a process by SIGKILL, and resolves when it has ended. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SYSTEM_PROGRAMS, type SystemProgram } from './system-programs.js';

/** Servers are in sbin, which is not on every PATH. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin'];

/** @returns the path of the program; null if it is not found, or its variable does not name an executable file */
export function findProgram({ variable, commands, places }: SystemProgram): string | null {
  const override = process.env[variable];
  if (override) return isExecutable(override) ? override : null;
  return places.find(isExecutable) ?? findCommand(...commands);
}

/** @returns the path of the first command that is on the PATH or in another folder for servers */
export function findCommand(...commands: string[]): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...MORE_FOLDERS];
  const candidates = folders.flatMap((folder) => commands.map((command) => join(folder, command)));
  return candidates.find(isExecutable) ?? null;
}

/** @returns the variables of these programs with their paths, without those that are not found; installs nothing */
export function findSystemPrograms(names: readonly string[]): Record<string, string> {
  const wanted = SYSTEM_PROGRAMS.filter(({ name }) => names.includes(name));
  return Object.fromEntries(
    wanted.flatMap((program) => {
      const path = findProgram(program);
      return path === null ? [] : [[program.variable, path]];
    }),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

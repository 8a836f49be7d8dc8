import { findProgram } from './find-program.js';
import { installPackages } from './install-packages.js';
import { SYSTEM_PROGRAMS, type SystemProgram } from './system-programs.js';

/**
 * Finds the system programs that tests use, and installs those that are missing. A program that cannot be installed
 * is not an error: its tests are skipped with the reason.
 * @returns the environment for the tests: the variable of each program with its path or an empty text, and
 * MISSING_PROGRAMS, a JSON object of reasons by the program's name
 */
export async function provideSystemPrograms(
  programs: readonly SystemProgram[] = SYSTEM_PROGRAMS,
): Promise<Record<string, string>> {
  const used = programs.filter(({ usedBy }) => usedBy.length > 0);
  const isOverridden = ({ variable }: SystemProgram) => Boolean(process.env[variable]);
  const absent = used.filter((program) => findProgram(program) === null && !isOverridden(program));
  const failure =
    absent.length > 0 ? await installPackages(absent.map(({ aptPackage }) => aptPackage)) : null;

  const environment: Record<string, string> = {};
  const missing: Record<string, string> = {};
  for (const program of used) {
    const path = findProgram(program);
    environment[program.variable] = path ?? '';
    if (path !== null) continue;
    missing[program.name] = isOverridden(program)
      ? `${program.variable} does not name an executable file`
      : `${program.name} was not found (${failure ?? 'although its package is installed'})`;
  }
  return { ...environment, MISSING_PROGRAMS: JSON.stringify(missing) };
}

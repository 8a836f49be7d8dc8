/** The real programs that tests run against. `npm test` finds or installs them and passes them on here. */

/** Each program with the environment variable that holds its path. */
const VARIABLES = {
  chromium: 'CHROME_PATH',
  firefox: 'FIREFOX_PATH',
  'webkit-driver': 'WEBKIT_DRIVER_PATH',
  xvfb: 'XVFB_PATH',
  'redis-server': 'REDIS_SERVER_PATH',
  'rabbitmq-server': 'RABBITMQ_SERVER_PATH',
  openssl: 'OPENSSL_PATH',
  sshd: 'SSHD_PATH',
  nginx: 'NGINX_PATH',
  shellcheck: 'SHELLCHECK_PATH',
  'systemd-analyze': 'SYSTEMD_ANALYZE_PATH',
  script: 'SCRIPT_PATH',
} as const;

export type Program = keyof typeof VARIABLES;

declare module 'vitest' {
  interface TaskMeta {
    /** Why this test, or everything in this suite, is skipped. A skip without a reason fails the run. */
    skipReason?: string;
  }
}

/** @returns the path of a program. @throws Error where it is missing: guard with `skipWithout`. */
export function programPath(program: Program): string {
  const path = process.env[VARIABLES[program]];
  if (!path) throw new Error(reasonWithout(program));
  return path;
}

/**
 * Options of a suite or test that needs real programs: it is skipped, with the reason, where one is missing.
 * Hooks of a skipped suite do not run.
 *
 *     describe('the page in a browser', skipWithout('chromium'), () => { … });
 */
export function skipWithout(...programs: Program[]): { skip?: boolean; meta?: { skipReason: string } } {
  const missing = programs.find((program) => !process.env[VARIABLES[program]]);
  return missing ? { skip: true, meta: { skipReason: reasonWithout(missing) } } : {};
}

function reasonWithout(program: Program): string {
  const missing = JSON.parse(process.env.MISSING_PROGRAMS ?? '{}') as Partial<Record<Program, string>>;
  return (
    missing[program] ??
    `${VARIABLES[program]} is not set: npm test sets it, from scripts/test/system-programs.ts`
  );
}

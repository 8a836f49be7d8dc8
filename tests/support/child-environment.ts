/**
 * The environment of programs that tests start: only these variables and `more`, so that neither the shell of a developer
 * nor a `.env` in the project changes a test.
 */
export function childEnvironment(more: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, ENV_FILE: '/dev/null', ...more };
}

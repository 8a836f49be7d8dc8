import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.js';
import { faultyLines } from './env-file-lines.js';
import { isSetOtherwise } from './environment.js';

const DEFAULT_FILE = '.env';

type Environment = Record<string, string | undefined>;

/**
 * Adds the variables of the settings file to an environment, whose own variables have precedence, under any of the names
 * of a setting. The file is `.env` in the working directory, where that exists, or the file of ENV_FILE.
 * @returns the path of the file; null if there is no file, or it has no variables
 * @throws ConfigError if the file cannot be read or has a faulty line
 */
export function loadEnvFile(env: Environment): string | null {
  const file = env.ENV_FILE || DEFAULT_FILE;
  const text = readText(file, Boolean(env.ENV_FILE));
  if (text === null) return null;
  const faults = faultyLines(text);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `${file}, ${fault}`));
  const variables = Object.entries(parseEnv(text));
  const own = { ...env };
  for (const [name, value] of variables) {
    if (own[name] === undefined && !isSetOtherwise(name, own)) env[name] = value;
  }
  return variables.length === 0 ? null : path.resolve(file);
}

/** Null for a missing file, unless it is required. */
function readText(file: string, isRequired: boolean): string | null {
  try {
    // Windows editors begin files with a byte order mark.
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isRequired) return null;
    // "EACCES: permission denied, open '…'"
    const reason = message.replace(/^\w+: /, '').replace(/, \w+( '.*')?$/, '');
    throw new ConfigError([`${file} cannot be read: ${reason}`]);
  }
}

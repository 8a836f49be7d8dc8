import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.js';
import { isSetOtherwise } from './environment.js';

const DEFAULT_FILE = '.env';
/** The name of an additional variable. */
const END = 'CHANGEROOM_END_OF_FILE';

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
  const variables = parsed(text);
  const faults = variables.flatMap(([name, value]) => faultsOf(name, value, file, text));
  if (faults.length > 0) throw new ConfigError(faults);
  const own = { ...env };
  for (const [name, value] of variables) {
    if (own[name] === undefined && !isSetOtherwise(name, own)) env[name] = value;
  }
  return variables.length === 0 ? null : path.resolve(file);
}

/** The variables of a text. A faulty line becomes part of the next name. */
function parsed(text: string): [name: string, value: string][] {
  // The parser ignores a faulty last line. Windows editors begin files with a byte order mark.
  const { [END]: _end, ...variables } = parseEnv(`${text.replace(/^\uFEFF/, '')}\n${END}=\n`);
  return Object.entries(variables).map(([name, value = '']) => [name, value]);
}

/** Null for a missing file, unless it is required. */
function readText(file: string, isRequired: boolean): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isRequired) return null;
    // "EACCES: permission denied, open '…'"
    const reason = message.replace(/^\w+: /, '').replace(/, \w+( '.*')?$/, '');
    throw new ConfigError([`${file} cannot be read: ${reason}`]);
  }
}

/** Faults do not contain text of the file, which may be secret. */
function faultsOf(name: string, value: string, file: string, text: string): string[] {
  const [first = ''] = name.split('\n');
  const isBeginning = (line: string) =>
    /^\s*(=|$)/.test(line.replace(/^\s*(export )?/, '').replace(first, ''));
  const line = text.split('\n').findIndex((one) => one.includes(first) && isBeginning(one)) + 1;
  if (!/^[A-Za-z_][\w.-]*$/.test(name))
    return [`${file}, line ${line}: expected NAME=value; put quotes around a value of several lines`];
  const [quote = ''] = value;
  const isUnclosed = /["'`]/.test(quote) && !value.includes(quote, 1);
  return isUnclosed ? [`${file}, line ${line}: the quotes around the value of ${name} are not closed`] : [];
}

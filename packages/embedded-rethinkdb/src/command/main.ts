import { readFileSync } from 'node:fs';
import path, { resolve } from 'node:path';
import { dumpDatabase, loadDatabase } from '../api/dump.js';
import { EmbeddedError } from '../api/embedded-error.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { type Action, parseCommand, USAGE, UsageError } from './arguments.js';
import { checkDirectory } from './check-directory.js';
import { runCommand } from './run-command.js';
import { serve } from './serve.js';

async function perform(action: Action): Promise<number> {
  switch (action.kind) {
    case 'help':
      console.log(USAGE);
      return 0;
    case 'version':
      console.log(versionOfPackage());
      return 0;
    case 'serve':
      return serve(action.options);
    case 'run':
      return runCommand(action.options, action.command, process.env);
    case 'check':
      return checkDirectory(resolve(action.directory));
    case 'dump': {
      const { tables, documents } = await dumpDatabase(action);
      console.log(`${action.file}: ${tables} tables, ${documents} documents`);
      return 0;
    }
    case 'load': {
      const { tables, documents } = await loadDatabase(action);
      console.log(`${action.directory}: ${tables} tables, ${documents} documents`);
      return 0;
    }
  }
}

function versionOfPackage(): string {
  const text = readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}

async function main(): Promise<number> {
  try {
    return await perform(parseCommand(process.argv.slice(2), process.env));
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    if (!(error instanceof EmbeddedError)) throw error;
    console.error(error.message);
    return error.code === 'embedded-option-invalid' ? 2 : 1;
  }
}

process.exit(await main());

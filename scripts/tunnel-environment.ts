/**
 * For tunnel-and-serve.sh, which cannot read .env: prints the settings that the script needs and that only .env contains,
 * as commands for a shell. No other text of the file reaches the shell.
 *
 * Exit codes: 0, or 2 for a file that cannot be read.
 */
import { ConfigError } from '../server/config/config-error.js';
import { loadEnvFile } from '../server/config/env-file.js';
import { TUNNEL_PREFIXES, tunnelSettings } from '../server/config/tunnel-settings.js';

const withFile = { ...process.env };
try {
  loadEnvFile(withFile);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`Changeroom: ${error.message}`);
  process.exit(2);
}
for (const setting of [...Object.keys(tunnelSettings), 'RETHINKDB_URL']) {
  const names = [setting, ...TUNNEL_PREFIXES.map((prefix) => prefix + setting)];
  // The environment has precedence, also under another name.
  if (names.some((name) => process.env[name])) continue;
  for (const name of names) {
    const value = withFile[name];
    if (value) console.log(`export ${name}=${quoted(value)}`);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * For pm2: `npm run build && pm2 start ecosystem.config.cjs && pm2 save`. Settings come from the shell in which pm2 is
 * started, and from .env, which the server reads. The server itself starts several processes (INSTANCES, with REDIS_URL):
 * the cluster mode of pm2 would send each request of a long-polling socket to another process.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { parseEnv } = require('node:util');

const given = { ...variablesOfFile(), ...process.env };

module.exports = {
  apps: [
    {
      name: 'changeroom',
      script: 'dist/server/main.js',
      cwd: __dirname,
      exec_mode: 'fork',
      instances: 1,
      // Without the variables of the shell, a restart would keep those of the first start.
      env: {
        ...process.env,
        ...(given.NODE_ENV ? {} : { NODE_ENV: 'production' }),
        ...(given.HOST || given.INTERFACE ? {} : { HOST: '127.0.0.1' }),
      },
      // Milliseconds; longer than the default of SHUTDOWN_SECONDS, 25.
      kill_timeout: 30_000,
      exp_backoff_restart_delay: 100,
      // Invalid settings: a restart would not help.
      stop_exit_codes: [2],
    },
  ],
};

function variablesOfFile() {
  try {
    return parseEnv(readFileSync(process.env.ENV_FILE || join(__dirname, '.env'), 'utf8'));
  } catch {
    // There is no file, or the server reports why it cannot read the file.
    return {};
  }
}

/**
 * For pm2: `npm run build && pm2 start ecosystem.config.cjs && pm2 save`. Further settings are taken from the shell that
 * starts pm2. For several processes set INSTANCES (with REDIS_URL): pm2's cluster mode would send the requests of one
 * polling socket to different processes.
 */
module.exports = {
  apps: [
    {
      name: 'changeroom',
      script: 'dist/server/main.js',
      cwd: __dirname,
      exec_mode: 'fork',
      instances: 1,
      env: { NODE_ENV: 'production', PORT: 5000, HOST: '127.0.0.1' },
      // Milliseconds; longer than SHUTDOWN_SECONDS, 25.
      kill_timeout: 30_000,
      exp_backoff_restart_delay: 100,
      // Invalid configuration: a restart would not help.
      stop_exit_codes: [2],
    },
  ],
};

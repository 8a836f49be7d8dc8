/**
 * For pm2: `npm run build && pm2 start ecosystem.config.cjs && pm2 save`. Other settings come from the shell in which pm2
 * is started. The server itself starts several processes (INSTANCES, with REDIS_URL): the cluster mode of pm2 would send
 * each request of a long-polling socket to another process.
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
      // Milliseconds; longer than the default of SHUTDOWN_SECONDS, 25.
      kill_timeout: 30_000,
      exp_backoff_restart_delay: 100,
      // Invalid settings: a restart would not help.
      stop_exit_codes: [2],
    },
  ],
};

/**
 * For pm2: `npm run build && pm2 start ecosystem.config.cjs && pm2 save`. Settings come from the shell in which pm2 is
 * started, besides those here. Several processes are the server's own business (INSTANCES, with REDIS_URL): pm2's
 * cluster mode would bring a socket that polls to another process with every request.
 */
module.exports = {
  apps: [
    {
      name: 'changeroom',
      script: 'dist/server/main.js',
      cwd: __dirname,
      exec_mode: 'fork',
      instances: 1,
      env: { NODE_ENV: 'production', PORT: 5000, INTERFACE: '127.0.0.1' },
      // Milliseconds; longer than SHUTDOWN_SECONDS, 25.
      kill_timeout: 30_000,
      exp_backoff_restart_delay: 100,
      // For the settings: starting again would not help.
      stop_exit_codes: [2],
    },
  ],
};

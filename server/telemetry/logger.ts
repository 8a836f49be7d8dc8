import { type Logger, pino } from 'pino';
import type { Config } from '../config/config.js';

export type Log = Logger;

/** Writes JSON lines to standard output. Fields that may hold a secret are redacted. */
export function createLog(config: Pick<Config, 'log'>): Log {
  return pino({
    level: config.log,
    base: null,
    redact: {
      paths: [
        'password',
        'token',
        'secret',
        '*.password',
        '*.token',
        '*.secret',
        'req.headers.cookie',
        'req.headers.authorization',
      ],
      censor: '[redacted]',
    },
  });
}

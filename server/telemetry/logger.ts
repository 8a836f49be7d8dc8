import { type Logger, pino } from 'pino';
import type { Config } from '../config/config.js';

export type Log = Logger;

/** A log of JSON lines on standard output. Fields that may hold a secret are blotted out. */
export function createLog(config: Pick<Config, 'log'>): Log {
  return pino({
    level: config.log,
    base: undefined,
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

import { pino } from 'pino';

export interface LogLine {
  /** Pino's levels: 20 is debug, 40 is warn. */
  level: number;
  msg: string;
  reason?: string;
  retryInMs?: number;
}

/** A log, and its lines about bots and their broker. */
export function listenToLog() {
  const lines: LogLine[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as LogLine;
    if (/^(bots?|broker)\b/.test(line.msg)) lines.push(line);
  };
  return { log: pino({ level: 'debug' }, { write }), lines };
}

import { pino } from 'pino';

export interface LogLine {
  /** As pino counts: 20 is debug, 40 is warn. */
  level: number;
  msg: string;
  reason?: string;
  retryInMs?: number;
}

/** A log, and the lines of it that are about bots. */
export function listenToLog() {
  const lines: LogLine[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as LogLine;
    if (line.msg.startsWith('bots:')) lines.push(line);
  };
  return { log: pino({ level: 'debug' }, { write }), lines };
}

import { Gauge, type Registry } from 'prom-client';
import { PREFIX } from './registry.js';

/** The index of messages and the live views of a process. */
export interface MeasuredSearch {
  /** Null while the thread of the index does not answer. */
  index(): Promise<{ messages: number; bytes: number; percent: number; lagSeconds: number } | null>;
  /** Number of open live views. */
  views(): number;
}

/** Adds the metrics of the search index to the registry of a process that has one. */
export function measureSearch(registry: Registry, search: MeasuredSearch): void {
  const registers = [registry];
  let reading: ReturnType<MeasuredSearch['index']> | null = null;
  // The gauges are collected at the same time, and share one answer of the thread.
  const read = () => {
    reading ??= search.index().finally(() => {
      reading = null;
    });
    return reading;
  };
  type Stats = NonNullable<Awaited<ReturnType<MeasuredSearch['index']>>>;
  const gauge = (name: string, help: string, value: (stats: Stats) => number) =>
    new Gauge({
      name: `${PREFIX}search_index_${name}`,
      help,
      registers,
      async collect() {
        const stats = await read();
        if (stats) this.set(value(stats));
      },
    });
  new Gauge({
    name: `${PREFIX}search_index_up`,
    help: '1 while the thread of the search index answers, else 0',
    registers,
    async collect() {
      this.set(Number((await read()) !== null));
    },
  });
  gauge(
    'lag_seconds',
    'Age of the oldest change of a message that the index does not have; 0 in processes that do not write it',
    ({ lagSeconds }) => lagSeconds,
  );
  gauge('messages', 'Messages in the search index', ({ messages }) => messages);
  gauge('size_bytes', 'Size of the files of the search index', ({ bytes }) => bytes);
  gauge(
    'built_ratio',
    'Share of the messages that the index has: below 1 while it is built',
    ({ percent }) => percent / 100,
  );
  new Gauge({
    name: `${PREFIX}live_views`,
    help: 'Open live views',
    registers,
    collect() {
      this.set(search.views());
    },
  });
}

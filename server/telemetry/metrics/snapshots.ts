import { AggregatorRegistry, Registry } from 'prom-client';

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** All numbers of one process at one moment, as JSON. */
export type MetricsSnapshot = { name: string; values: { labels: Record<string, unknown> }[] }[];

/** Reads a process's numbers, each labelled with the name of the process. */
export async function snapshotMetrics(registry: Registry, processName: string): Promise<MetricsSnapshot> {
  registry.setDefaultLabels({ process: processName });
  return (await registry.getMetricsAsJSON()) as MetricsSnapshot;
}

/**
 * The readings of several processes as one text in Prometheus' format. Nothing is added up: a sum of counters would
 * fall when a process ends, which Prometheus takes for a restart of all of them.
 */
export function mergeSnapshots(readings: MetricsSnapshot[]): Promise<string> {
  // By default it leaves out, or averages, what it cannot sum. Here no two values have the same labels.
  const kept = readings.map((reading) => reading.map((metric) => ({ ...metric, aggregator: 'sum' })));
  return AggregatorRegistry.aggregate(kept).metrics();
}

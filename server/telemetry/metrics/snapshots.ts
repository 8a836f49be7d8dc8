import { AggregatorRegistry, Registry } from 'prom-client';

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The metrics of one process at one moment, as JSON. */
export type MetricsSnapshot = { name: string; values: { labels: Record<string, unknown> }[] }[];

/** Collects the metrics of this process and labels them with its name. */
export async function snapshotMetrics(registry: Registry, processName: string): Promise<MetricsSnapshot> {
  registry.setDefaultLabels({ process: processName });
  return (await registry.getMetricsAsJSON()) as MetricsSnapshot;
}

/**
 * Formats the metrics of several processes as one text in the Prometheus exposition format. Values of different
 * processes are not added up: a sum of counters would decrease when a process ends, which Prometheus would interpret
 * as a counter reset.
 */
export function mergeSnapshots(snapshots: MetricsSnapshot[]): Promise<string> {
  // By default some metrics are averaged or omitted. Here no two values have the same labels, so each sum is one value.
  const kept = snapshots.map((snapshot) => snapshot.map((metric) => ({ ...metric, aggregator: 'sum' })));
  return AggregatorRegistry.aggregate(kept).metrics();
}

import { placeOf } from '../../server/config/database-url.js';
import { HOST_FAULTS, startRethinkdbCluster } from '../../tests/support/rethinkdb-cluster.js';
import type { ChaosDatabase } from './chaos-database.js';
import type { Fault } from './faults.js';

const HOSTS = 3;
const HEARTBEAT_SECONDS = 2;

/** Starts three RethinkDB servers. One of them fails at a time, so that there is always a majority. */
export async function startClusterDatabase(
  program: string,
  db: string,
  servers: number,
): Promise<ChaosDatabase> {
  const cluster = await startRethinkdbCluster(program, HOSTS, HEARTBEAT_SECONDS);
  const faults = HOST_FAULTS.map(
    (fault): Fault => ({
      name: `${fault} one database host`,
      duration: [2_000, 15_000],
      begin: async (pick) => {
        const host = pick(HOSTS);
        await cluster.break(host, fault);
        return () => cluster.heal(host);
      },
    }),
  );
  return {
    kind: `a cluster of ${HOSTS} RethinkDB servers`,
    urls: Array.from({ length: servers }, () => `rethinkdb://${placeOf(...cluster.hosts)}/${db}`),
    lane: { name: 'database', faults, pause: [1_000, 5_000] },
    connect: () => cluster.connect(db),
    stop: () => cluster.stop(),
  };
}

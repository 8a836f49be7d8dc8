import { pushFaults } from './push-config.js';
import type { SettingName } from './settings.js';

type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** Faults of settings that are valid by themselves, but not together. */
export function combinationFaults(settings: Settings): string[] {
  return [
    ...instanceFaults(settings),
    ...tlsFaults(settings),
    ...replicaFaults(settings),
    ...pushFaults(settings),
  ];
}

/** Without a shared Redis, each process would show only the users of its own sockets. */
function instanceFaults({ INSTANCES, REDIS_URL }: Settings): string[] {
  if (!(Number(INSTANCES) > 1) || REDIS_URL) return [];
  return ['INSTANCES above 1 requires REDIS_URL: set it to a Redis server, such as redis://127.0.0.1:6379'];
}

/** Rejects certificates for unencrypted or unverified connections: the operator would believe these to be protected. */
function tlsFaults(settings: Settings): string[] {
  const { RETHINKDB_URL, RETHINKDB_CA, REDIS_URL, REDIS_CA, REDIS_TLS_VERIFY } = settings;
  const hasProtocol = (url: string | undefined, protocol: string) =>
    url?.toLowerCase().startsWith(`${protocol}//`);
  const faults: string[] = [];
  if (RETHINKDB_CA && !hasProtocol(RETHINKDB_URL, 'rethinkdbs:'))
    faults.push(
      'RETHINKDB_CA is set, but has no effect without a RETHINKDB_URL that begins with rethinkdbs://',
    );
  if (REDIS_CA && !hasProtocol(REDIS_URL, 'rediss:'))
    faults.push('REDIS_CA is set, but has no effect without a REDIS_URL that begins with rediss://');
  if (REDIS_CA && REDIS_TLS_VERIFY === 'false')
    faults.push('REDIS_CA is set, but has no effect with REDIS_TLS_VERIFY=false');
  return faults;
}

/** The embedded database is one server, which holds one replica. */
function replicaFaults({ RETHINKDB_URL, RETHINKDB_REPLICAS }: Settings): string[] {
  if (!RETHINKDB_REPLICAS || RETHINKDB_URL) return [];
  return ['RETHINKDB_REPLICAS is set, but has no effect without RETHINKDB_URL'];
}

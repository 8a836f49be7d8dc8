import { logicError, opFailed } from '../../datum/reql-error.js';
import { Determinism } from '../../runtime/row-function.js';
import { SingleSelection } from '../../runtime/selection.js';
import { DatabaseValue, isDatum, type Value } from '../../runtime/value.js';
import type { Table } from '../../storage/table.js';
import { SystemTable } from '../../system-tables/system-table.js';
import { systemTable } from '../../system-tables/system-tables.js';
import { tableConfig } from '../../system-tables/table-config.js';
import type { Arguments } from '../arguments.js';
import { checkTableOptions } from '../table-options.js';
import type { Chapter } from '../term.js';

export const ADMINISTRATION = {
  CONFIG: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      const target = args.value(0);
      if (target instanceof DatabaseValue) return systemRow(args, 'db_config', target.id);
      const table = args.anyTable(0);
      if (table instanceof SystemTable) throw isSpecial(table);
      return systemRow(args, 'table_config', table.id);
    },
  },

  STATUS: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      const table = args.anyTable(0);
      if (table instanceof SystemTable) throw isSpecial(table);
      return systemRow(args, 'table_status', table.id);
    },
  },

  /** Tables are ready as soon as they exist. */
  WAIT: {
    args: [0, 1],
    meta: true,
    optargs: ['timeout', 'wait_for'],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      if (args.count === 0) throw logicError('`wait` can only be called on a table or database.');
      const state = args.stringOption('wait_for') ?? 'all_replicas_ready';
      if (!READINESS.includes(state)) {
        const [last, ...others] = [...READINESS].reverse();
        throw logicError(
          `Unknown table readiness state: '${state}', must be one of ` +
            `${others
              .reverse()
              .map((name) => `'${name}'`)
              .join(', ')}, or '${last}'`,
        );
      }
      return { ready: tablesOf(args).length };
    },
  },

  /** There is one server: tables are not moved. */
  RECONFIGURE: {
    args: [0, 1],
    meta: true,
    optargs: [
      'dry_run',
      'emergency_repair',
      'nonvoting_replica_tags',
      'primary_replica_tag',
      'replicas',
      'shards',
    ],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      if (args.count === 0) throw logicError('`reconfigure` can only be called on a table or database.');
      const tables = tablesOf(args);
      const repair = args.datumOption('emergency_repair');
      if (repair !== undefined && repair !== null) throw opFailed("This table doesn't need to be repaired.");
      if (args.option('shards') === undefined) throw logicError('Missing required argument `shards`.');
      checkTableOptions(args);
      const dryRun = args.booleanOption('dry_run') ?? false;
      const changes = tables.map((table) => ({ old_val: tableConfig(table), new_val: tableConfig(table) }));
      return { reconfigured: dryRun ? 0 : tables.length, config_changes: changes, status_changes: [] };
    },
  },

  REBALANCE: {
    args: [0, 1],
    meta: true,
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      if (args.count === 0) throw logicError('`rebalance` can only be called on a table or database.');
      return { rebalanced: tablesOf(args).length, status_changes: [] };
    },
  },

  GRANT: {
    unsupported: 'The embedded database has no users and permissions: `grant` needs a RethinkDB server.',
  },
} satisfies Chapter;

const READINESS = ['ready_for_outdated_reads', 'ready_for_reads', 'ready_for_writes', 'all_replicas_ready'];

function systemRow(args: Arguments, table: string, id: string): Value {
  return new SingleSelection(systemTable(args.env.storage, table)!, id);
}

function tablesOf(args: Arguments): Table[] {
  const target = args.value(0);
  if (!isDatum(target) && target instanceof DatabaseValue) {
    const { storage } = args.env;
    return storage.allTables().filter(({ db }) => db === target.name);
  }
  return [args.table(0)];
}

function isSpecial(table: SystemTable): Error {
  return opFailed(
    `\`rethinkdb.${table.name}\` is a system table; you can't get its configuration or status.`,
  );
}

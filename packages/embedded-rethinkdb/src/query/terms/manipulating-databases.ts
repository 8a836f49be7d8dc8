import { opFailed } from '../../datum/reql-error.js';
import { Determinism } from '../../runtime/row-function.js';
import { checkName } from '../../runtime/tables.js';
import { SYSTEM_DATABASE } from '../../system-tables/system-tables.js';
import type { Arguments } from '../arguments.js';
import type { Chapter } from '../term.js';

export const MANIPULATING_DATABASES = {
  DB_CREATE: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      const name = databaseName(args);
      if (name === SYSTEM_DATABASE) throw opFailed('Database `rethinkdb` already exists.');
      const config = args.env.storage.createDatabase(name);
      args.env.wrote('hard');
      return { dbs_created: 1, config_changes: [{ old_val: null, new_val: { ...config } }] };
    },
  },

  DB_DROP: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      const { storage } = args.env;
      const name = databaseName(args);
      if (name === SYSTEM_DATABASE) {
        throw opFailed("Database `rethinkdb` is special; you can't delete it.");
      }
      const id = storage.databaseId(name);
      const tables = storage.tables(name).length;
      storage.dropDatabase(name);
      args.env.wrote('hard');
      return {
        dbs_dropped: 1,
        tables_dropped: tables,
        config_changes: [{ old_val: { id, name }, new_val: null }],
      };
    },
  },

  DB_LIST: {
    args: [0, 0],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => [...args.env.storage.databases(), SYSTEM_DATABASE].sort(),
  },
} satisfies Chapter;

function databaseName(args: Arguments): string {
  return args.at(0, () => checkName('Database', args.string(0)));
}

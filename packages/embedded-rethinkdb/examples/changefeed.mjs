// Follows a table while another connection writes to it.
//
//     node examples/changefeed.mjs                                  with a database in memory
//     RETHINKDB_URL=rethinkdb://localhost:28015 node examples/changefeed.mjs    on a RethinkDB server
import { startEmbedded } from 'embedded-rethinkdb';
import r from 'rethinkdb';

const database = process.env.RETHINKDB_URL ? null : await startEmbedded({ memory: true });
const { hostname: host, port, username, password } = new URL(process.env.RETHINKDB_URL ?? database.url);
const options = {
  host,
  port: Number(port || 28015),
  user: decodeURIComponent(username) || 'admin',
  password: decodeURIComponent(password),
};
const [reader, writer] = await Promise.all([r.connect(options), r.connect(options)]);

const table = `example_${process.pid}`;
await r.tableCreate(table).run(writer);
const feed = await r.table(table).changes({ includeInitial: true }).run(reader);

await r.table(table).insert({ id: 'Oslo', degrees: 4 }).run(writer);
await r.table(table).get('Oslo').update({ degrees: 5 }).run(writer);
await r.table(table).get('Oslo').delete().run(writer);

for (let i = 0; i < 3; i++) {
  const { old_val: before, new_val: after } = await feed.next();
  console.log(before?.degrees ?? '-', '→', after?.degrees ?? '-');
}

await feed.close();
await r.tableDrop(table).run(writer);
await Promise.all([reader.close(), writer.close()]);
await database?.stop();

/** The embedded database in a process of its own, which can be killed: `embedded-process.mjs <folder> <port>`. */
import { startEmbedded } from 'embedded-rethinkdb';

const [directory, port] = process.argv.slice(2);
const { port: taken } = await startEmbedded({ directory, port: Number(port) });
console.log(`listening on ${taken}`);

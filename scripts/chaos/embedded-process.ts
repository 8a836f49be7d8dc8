/** Runs the embedded database in a process that can be killed: `embedded-process.js <directory> <port>`. */
import { startEmbedded } from 'embedded-rethinkdb';

const [directory = '', port] = process.argv.slice(2);
const database = await startEmbedded({ directory, port: Number(port) });
console.log(`listening on ${database.port}`);

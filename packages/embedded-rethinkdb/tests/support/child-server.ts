import { startEmbedded } from '../../src/index.js';

// The database in a process of its own: prints its port, and waits to be killed.
const [directory, reserve] = process.argv.slice(2);
const reserveBytes = reserve === undefined ? undefined : Number(reserve);
startEmbedded({ directory: directory!, ...(reserveBytes !== undefined && { reserveBytes }) }).then(
  ({ port }) => console.log(port),
  (error: Error & { code: string }) => {
    console.error(`${error.code}: ${error.message}`);
    process.exitCode = 1;
  },
);

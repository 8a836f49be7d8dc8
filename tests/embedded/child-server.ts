import { startEmbedded } from '../../server/embedded/index.js';

// The database in a process of its own: prints its port, and waits to be killed.
startEmbedded({ directory: process.argv[2]! }).then(({ port }) => console.log(port));

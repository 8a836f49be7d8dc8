export { type DumpSummary, dumpDatabase, loadDatabase } from './api/dump.js';
export { EmbeddedError, type EmbeddedErrorCode } from './api/embedded-error.js';
export type { EmbeddedOptions } from './api/options.js';
export { type Embedded, startEmbedded } from './api/start-embedded.js';
export { DATABASE_FILES } from './storage/data-directory.js';
export { makePrivate } from './storage/private-directory.js';
export type { SpaceStatus } from './storage/space.js';
export type { WireLimits } from './wire/limits.js';

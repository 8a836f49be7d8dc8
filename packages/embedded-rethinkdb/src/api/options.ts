import { resolve } from 'node:path';
import type { SpaceStatus } from '../storage/space.js';
import type { WireLimits } from '../wire/limits.js';
import type { WorkerOptions } from '../wire/thread-messages.js';
import { EmbeddedError } from './embedded-error.js';

/** Bytes of the path of a Unix socket: the limit of macOS. Linux accepts 107. */
const MAX_SOCKET_PATH_BYTES = 103;
const MAX_PORT = 65_535;

export interface EmbeddedOptions {
  /** The data directory. It is created if it does not exist. One process at a time may use it. */
  readonly directory?: string;
  /** Instead of `directory`: keeps all data in memory, until `stop` or the end of the process. */
  readonly memory?: boolean;
  /** The address to listen at; default: 127.0.0.1. */
  readonly host?: string;
  /** The TCP port; 0: any free port. Default: 0, or no TCP port if there is a `socketPath`. */
  readonly port?: number;
  /** The path of a Unix socket to listen at, which only the user of this process can use; at most 103 bytes. */
  readonly socketPath?: string;
  /** The password of the user `admin`; default: empty. */
  readonly password?: string;
  /** Limit of the used pages of the data file, in bytes; null (the default): no limit. */
  readonly dataLimitBytes?: number | null;
  /** Bytes of the disk that writes leave free; default: 16 MiB. Deletes may use three quarters of them. */
  readonly reserveBytes?: number;
  /** Limits for clients. The defaults are far above the needs of drivers. */
  readonly limits?: Partial<WireLimits>;
  /** Called when the database begins to refuse writes because storage is full, and when it accepts them again. */
  readonly onSpace?: (status: SpaceStatus) => void;
  /** Called with messages for the operator: about the start, and about refused connections. */
  readonly onNotice?: (text: string) => void;
  /** Called if the database ends without `stop`. */
  readonly onExit?: (error: Error) => void;
  /** Called with faults of the database itself; default: a process warning. */
  readonly onFault?: (error: Error) => void;
}

/** Checks options and fills in defaults. @throws EmbeddedError `embedded-option-invalid` */
export function workerOptions(options: EmbeddedOptions): WorkerOptions {
  const { directory, memory = false, host = '127.0.0.1', socketPath, password = '' } = options;
  const { port = socketPath === undefined ? 0 : null, dataLimitBytes = null, reserveBytes, limits } = options;
  demand(typeof memory === 'boolean', 'memory must be true or false');
  demand(
    memory ? directory === undefined : isText(directory),
    'directory must be a path, or memory must be true, and not both',
  );
  demand(isText(host), 'host must be an address or a name');
  demand(port === null || isCount(port, MAX_PORT), `port must be a number from 0 to ${MAX_PORT}`);
  demand(
    socketPath === undefined || (isText(socketPath) && bytesOf(socketPath) <= MAX_SOCKET_PATH_BYTES),
    `socketPath must be a path of at most ${MAX_SOCKET_PATH_BYTES} bytes`,
  );
  demand(typeof password === 'string', 'password must be a text');
  demand(
    dataLimitBytes === null || isCount(dataLimitBytes),
    'dataLimitBytes must be a number of bytes, or null for no limit',
  );
  demand(reserveBytes === undefined || isCount(reserveBytes), 'reserveBytes must be a number of bytes');
  return {
    directory: directory === undefined ? null : resolve(directory),
    host,
    port,
    socketPath: socketPath === undefined ? null : resolve(socketPath),
    password,
    dataLimitBytes,
    reserveBytes,
    limits: limits ?? {},
  };
}

function demand(isMet: boolean, message: string): void {
  if (!isMet) throw new EmbeddedError('embedded-option-invalid', `The option ${message}.`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isCount(value: unknown, most = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;
}

function bytesOf(path: string): number {
  return Buffer.byteLength(resolve(path));
}

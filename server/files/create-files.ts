import type { AccessControl } from '../access/access-control.js';
import type { FilesConfig } from '../config/files-config.js';
import type { Database } from '../database/connection/database.js';
import { FileReferences } from '../database/tables/file-references.js';
import { FileTable } from '../database/tables/file-table.js';
import type { Limits } from '../limits/limits.js';
import type { Log } from '../telemetry/logger.js';
import { FileService } from './file-service.js';
import { FileSweeper, type FileSweeperOptions } from './file-sweeper.js';
import { FileUsage } from './file-usage.js';
import { ImageProcessor } from './image-processor.js';

export interface FilesDependencies {
  access: AccessControl;
  config: FilesConfig;
  database: Database;
  limits: Limits;
  log: Log;
}

export interface Files {
  service: FileService;
  sweeper: FileSweeper;
}

/** Creates the parts that store files and remove them. */
export function createFiles(dependencies: FilesDependencies, options?: Partial<FileSweeperOptions>): Files {
  const { access, config, database, limits, log } = dependencies;
  const files = new FileTable(database);
  const references = new FileReferences(database, log);
  const usage = new FileUsage(files, config);
  const images = new ImageProcessor(log);
  const removed = () => usage.forget();
  return {
    service: new FileService({ access, config, files, images, limits, log, usage, now: Date.now }),
    sweeper: new FileSweeper({ files, references, removed, log, now: Date.now }, options),
  };
}

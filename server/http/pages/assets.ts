import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';

/** The output of `npm run build` for the browser. */
export const BUILD_FOLDER = path.join(ROOT, 'static/build');

/** Addresses of the page's script and styles. The names contain a hash of the content, so browsers can cache them. */
export interface Assets {
  script: string;
  style: string;
}

/** The built assets. Without a build: null, and a warning; pages then have neither script nor styles. */
export function readAssets(log: Log): Assets | null {
  try {
    return JSON.parse(readFileSync(path.join(BUILD_FOLDER, 'assets.json'), 'utf8')) as Assets;
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'pages: script and styles not found, run npm run build');
    return null;
  }
}

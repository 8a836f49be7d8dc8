import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';

/** What `npm run build` makes for the browser. */
export const BUILD_FOLDER = path.join(ROOT, 'static/build');

/** Addresses of the page's script and styles. Their names change with their content, so browsers may keep them. */
export interface Assets {
  script: string;
  style: string;
}

/** The built assets; null, with a warning, where nothing is built: pages then do without. */
export function readAssets(log: Log): Assets | null {
  try {
    return JSON.parse(readFileSync(path.join(BUILD_FOLDER, 'assets.json'), 'utf8')) as Assets;
  } catch (error) {
    log.warn(
      { reason: (error as Error).message },
      'pages: no script and no styles, npm run build makes them',
    );
    return null;
  }
}

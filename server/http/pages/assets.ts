import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';

import { LANGUAGE_TAGS } from './texts/languages.js';

/** The output of `npm run build` for the browser. */
export const BUILD_FOLDER = path.join(ROOT, 'static/build');

const scriptSchema = z.object({ script: z.string(), imported: z.array(z.string()) });

const assetsSchema = z.object({
  scripts: z.record(z.enum(LANGUAGE_TAGS), scriptSchema),
  style: z.string(),
  /** Of the pages of searches and live views. */
  search: z.object({ style: z.string(), viewScripts: z.record(z.enum(LANGUAGE_TAGS), z.string()) }),
  settingsStyle: z.string(),
  /** Of the pages on which guests secure their name, and get it back. */
  ownName: z.object({ style: z.string(), scripts: z.record(z.enum(LANGUAGE_TAGS), z.string()) }),
  offlineScripts: z.record(z.enum(LANGUAGE_TAGS), z.string()),
});

/** By language, addresses of the page's script and of the scripts that it imports when it starts; and the addresses of the styles. The names contain a hash of the content, so browsers can cache them. */
export type Assets = z.infer<typeof assetsSchema>;

/** The built assets. Without a build: null, and a warning; pages then have neither script nor styles. */
export function readAssets(log: Log): Assets | null {
  try {
    return assetsSchema.parse(JSON.parse(readFileSync(path.join(BUILD_FOLDER, 'assets.json'), 'utf8')));
  } catch (error) {
    log.warn(
      { reason: error instanceof Error ? error.message : error },
      'pages: script and styles not found, run npm run build',
    );
    return null;
  }
}

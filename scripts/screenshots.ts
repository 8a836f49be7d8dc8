/**
 * `npx tsx scripts/screenshots.ts [folder] [name…]`: takes a picture of each scene of scripts/screenshots/scenes.ts, or of those
 * with these words in their name, and writes them as PNG files.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { takePicture } from './screenshots/camera.js';
import { openCommunity } from './screenshots/community.js';
import { SCENES } from './screenshots/scenes.js';

const [folder = 'screenshots', ...words] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const community = await openCommunity();
try {
  for (const scene of SCENES) {
    if (words.length > 0 && !words.some((word) => scene.name.includes(word))) continue;
    const file = path.join(folder, `${scene.name}.png`);
    try {
      await writeFile(file, await takePicture(community, scene));
      console.log(file);
    } catch (error) {
      console.error(`${file}:`, error);
      process.exitCode = 1;
    }
  }
} finally {
  await community.close();
}

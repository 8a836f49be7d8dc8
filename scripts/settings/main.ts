/** `npm run docs:settings`: writes .env.example, the settings of app.json, and the tables of settings in docs/. */
import { writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.js';

for (const [file, text] of generatedFiles()) writeFileSync(file, text);

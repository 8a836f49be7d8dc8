/** `npm run docs:protocol`: writes docs/socket-protocol.md and the frame types of packages/client. */
import { writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.js';

for (const [file, text] of generatedFiles()) writeFileSync(file, text);

import { readFileSync } from 'node:fs';
import { clientFrames, PROTOCOL_VERSION } from '../../server/protocol/frames.js';
import { serverFrames } from '../../server/protocol/server-frames.js';
import { protocolDocument } from './document.js';
import { frameSchemas } from './frame-schemas.js';
import { rightsDocument } from './rights-document.js';
import { typeDeclarations } from './type-declarations.js';

/** The files that are generated from the schemas of frames, and from the table of rights: path → text. */
export function generatedFiles(): Map<string, string> {
  const client = frameSchemas(clientFrames, 'input');
  const server = frameSchemas(serverFrames, 'output');
  return new Map([
    ['docs/rights.md', rightsDocument()],
    ['docs/socket-protocol.md', protocolDocument(PROTOCOL_VERSION, client, server)],
    ['packages/client/src/frames.ts', typeDeclarations(PROTOCOL_VERSION, client, server)],
    ...['position.ts', 'typing-times.ts'].map(copyForClient),
  ]);
}

/** The package is published without the server, so that it gets a copy of the few rules that both need. */
function copyForClient(file: string): [path: string, text: string] {
  const source = `server/protocol/${file}`;
  const head = `// Copied from ${source} by \`npm run docs:protocol\`: do not edit.\n`;
  return [`packages/client/src/${file}`, head + readFileSync(source, 'utf8')];
}

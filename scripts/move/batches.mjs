import { rowIn } from './export-file.mjs';
import { linesOf } from './lines.mjs';

const ROWS = 200;
const CHARACTERS = 1_000_000;

/** The rows of an export file that was checked, in batches of one table: {table: its name, texts: of the rows}. */
export async function* batchesOf(file) {
  let table = null;
  let texts = [];
  let characters = 0;
  for await (const line of linesOf(file)) {
    const text = rowIn(line);
    if (text !== null) {
      texts.push(text);
      characters += text.length;
    }
    if (texts.length > 0 && (text === null || texts.length === ROWS || characters > CHARACTERS)) {
      yield { table, texts };
      texts = [];
      characters = 0;
    }
    if (text === null) table = JSON.parse(line).table?.name ?? table;
  }
}

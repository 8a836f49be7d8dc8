import { rowIn, tableNameIn } from './export-file.js';
import { linesOf } from './lines.js';

const MAX_BATCH_ROWS = 200;
const MAX_BATCH_CHARACTERS = 1_000_000;

/** Rows of one table, as texts. */
export interface RowBatch {
  table: string;
  texts: string[];
}

/** The rows of an export file that was checked, in batches. */
export async function* batchesOf(file: string): AsyncGenerator<RowBatch> {
  let table = '';
  let texts: string[] = [];
  let characters = 0;
  for await (const line of linesOf(file)) {
    const text = rowIn(line);
    if (text !== null) {
      texts.push(text);
      characters += text.length;
    }
    const isFull = texts.length === MAX_BATCH_ROWS || characters > MAX_BATCH_CHARACTERS;
    if (texts.length > 0 && (text === null || isFull)) {
      yield { table, texts };
      texts = [];
      characters = 0;
    }
    if (text === null) table = tableNameIn(line) ?? table;
  }
}

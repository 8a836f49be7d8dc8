const BAR_CHARACTERS = 30;
const REDRAW_INTERVAL_MS = 100;
/** Between two lines where the output is not a terminal. */
const LINE_INTERVAL_MS = 10_000;

/** An output of progress: a stream such as stderr. */
export interface ProgressOutput {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows progress through a known number of rows: a bar on a terminal, otherwise lines at intervals. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #output: ProgressOutput;
  #done = 0;
  #shownAt = Date.now();
  #isDrawn = false;

  constructor(label: string, total: number, output: ProgressOutput = process.stderr) {
    this.#label = label;
    this.#total = total;
    this.#output = output;
  }

  add(rows = 1): void {
    this.#done += rows;
    const now = Date.now();
    if (now - this.#shownAt < (this.#output.isTTY ? REDRAW_INTERVAL_MS : LINE_INTERVAL_MS)) return;
    this.#shownAt = now;
    if (this.#output.isTTY) this.#draw();
    else this.#output.write(`${this.#label}: ${format(this.#done)} of ${format(this.#total)} rows\n`);
  }

  /** Removes the bar. */
  end(): void {
    if (this.#isDrawn) this.#output.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #draw(): void {
    const part = Math.min(1, this.#done / Math.max(1, this.#total));
    const bar = '█'.repeat(Math.round(part * BAR_CHARACTERS)).padEnd(BAR_CHARACTERS, '░');
    const percent = `${Math.floor(part * 100)}`.padStart(3);
    this.#output.write(`\r\x1b[K${this.#label} ${bar} ${percent} % of ${format(this.#total)} rows`);
    this.#isDrawn = true;
  }
}

/** 100000 → 100,000 */
export function format(number: number): string {
  return number.toLocaleString('en');
}

/** 1 → 1 row, 2000 → 2,000 rows */
export function rowCount(number: number): string {
  return `${format(number)} ${number === 1 ? 'row' : 'rows'}`;
}

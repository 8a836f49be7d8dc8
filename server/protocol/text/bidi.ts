/** Left-to-right and right-to-left embeddings, overrides and isolates, and the characters that end them (UAX #9). */
const CONTROLS = /[\u202a-\u202e\u2066-\u2069\n]/gu;
const POP_FORMAT = '\u202c';
const POP_ISOLATE = '\u2069';
const ISOLATES = '\u2066\u2067\u2068';

/**
 * Balances the bidi controls of a text so that they have no effect outside of it: each line ends exactly the embeddings
 * and isolates that it begins. (By UAX #9, a line end closes all of them.) Linear in the length of the text.
 */
export function balanceBidi(text: string): string {
  if (text.search(CONTROLS) < 0) return text;
  let balanced = '';
  let end = 0;
  let closers: string[] = [];
  let isolates = 0;
  for (const { 0: control, index } of text.matchAll(CONTROLS)) {
    balanced += text.slice(end, index);
    end = index + 1;
    if (control === '\n') {
      balanced += closers.reverse().join('');
      closers = [];
      isolates = 0;
    } else if (control === POP_FORMAT) {
      if (closers.at(-1) !== POP_FORMAT) continue;
      closers.pop();
    } else if (control === POP_ISOLATE) {
      if (isolates === 0) continue;
      // Also ends the embeddings within the isolate.
      while (closers.pop() !== POP_ISOLATE);
      isolates -= 1;
    } else if (ISOLATES.includes(control)) {
      closers.push(POP_ISOLATE);
      isolates += 1;
    } else {
      closers.push(POP_FORMAT);
    }
    balanced += control;
  }
  return balanced + text.slice(end) + closers.reverse().join('');
}

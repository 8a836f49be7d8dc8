import type { Program } from '../programs.js';

/** One page of a browser, with the commands that the flows of all engines use. */
export interface EnginePage {
  /** Opens an address and waits until it is loaded. */
  goto(url: string): Promise<void>;
  /** @returns the value of an expression, also on a page whose own scripts are disabled */
  evaluate(expression: string): Promise<unknown>;
  /** Types on the keyboard, into the element with the focus. */
  type(text: string): Promise<void>;
  press(key: 'Enter' | 'ArrowUp'): Promise<void>;
  close(): Promise<void>;
}

/** A browser with a dark colour scheme. At most one page is open at a time. */
export interface EngineBrowser {
  /** A page with separate cookies. */
  openPage(options: { hasScripts: boolean }): Promise<EnginePage>;
  close(): Promise<void>;
}

export interface Engine {
  name: string;
  /** System programs without which it does not start. */
  programs: Program[];
  start(): Promise<EngineBrowser>;
}

import { diagnostics } from '../diagnostics.js';
import type { Message } from '../message.js';
import { commandName, toCommand } from './command.js';
import { COMMAND_LIFETIME, type CommandTokens } from './command-tokens.js';
import type { Link } from './link.js';
import type { Topology } from './topology.js';

/**
 * `passed`: the broker has it. `waiting`: not yet; it is passed on when the broker is there.
 * `dropped`: too many wait already.
 */
export type Fate = 'passed' | 'waiting' | 'dropped';

interface Waiting {
  message: Message;
  fate: Promise<Fate>;
  settle(fate: Fate): void;
}

export interface CommandQueueOptions {
  /** Commands that wait for the broker at most. */
  capacity: number;
  /** Milliseconds for the broker to confirm, before the sender is told that it takes longer. */
  patienceMs: number;
}

/**
 * Commands on their way to the broker. Each is kept until the broker has confirmed it, and published again, as the
 * same message, over every new link. So it may arrive twice, but is not lost while this process lives.
 */
export class CommandQueue {
  private readonly waiting = new Map<string, Waiting>();
  private link: Link | null = null;
  private emptied: (() => void) | null = null;

  constructor(
    private readonly topology: Topology,
    private readonly tokens: CommandTokens,
    private readonly options: CommandQueueOptions,
  ) {}

  /** How many wait for the broker. */
  get size(): number {
    return this.waiting.size;
  }

  /** Takes a command on. Resolves as soon as its fate is known, or `patienceMs` have passed. */
  pass(message: Message): Promise<Fate> {
    const known = this.waiting.get(message.id);
    if (known) return known.fate;
    if (this.waiting.size >= this.options.capacity) {
      diagnostics.command.publish({ fate: 'dropped' });
      return Promise.resolve('dropped');
    }
    let settle!: (fate: Fate) => void;
    const fate = new Promise<Fate>((resolve) => {
      settle = resolve;
    });
    const one = { message, fate, settle };
    this.waiting.set(message.id, one);
    if (this.link) {
      setTimeout(settle, this.options.patienceMs, 'waiting').unref();
      this.publish(this.link, one);
    } else settle('waiting');
    return fate;
  }

  opened(link: Link): void {
    this.link = link;
    for (const one of this.waiting.values()) this.publish(link, one);
  }

  lost(): void {
    this.link = null;
    for (const { settle } of this.waiting.values()) settle('waiting');
  }

  /** Resolves when nothing waits any more. */
  async empty(): Promise<void> {
    if (this.waiting.size > 0)
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
      });
  }

  private publish(link: Link, { message, settle }: Waiting): void {
    const { commands } = this.topology;
    const command = toCommand(message, this.tokens.sign(message));
    const options = {
      mandatory: true,
      messageId: message.id,
      contentType: 'application/json',
      timestamp: Math.floor(message.sent / 1000),
      // Nobody could answer it any more.
      expiration: COMMAND_LIFETIME,
    };
    const content = Buffer.from(JSON.stringify(command));
    link.publish(commands, commandName(message)!, content, options).then(
      () => {
        // A link that was dropped, for a message that nobody got, proves nothing.
        if (link.isLost) return;
        this.waiting.delete(message.id);
        diagnostics.command.publish({ fate: 'passed' });
        settle('passed');
        if (this.waiting.size === 0) this.emptied?.();
      },
      // Full, or about to end: it is tried again over the next link, after a while.
      () => void link.drop(new Error('the broker did not take a command')),
    );
  }
}

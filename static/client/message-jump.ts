import type { Room } from 'changeroom-client';
import type { DrawScheduler } from './draw-scheduler.js';
import type { LogPanel } from './log-panel.js';

export interface MessageJumpDependencies {
  room: Pick<Room, 'message' | 'loadAround' | 'isLoadingHistory' | 'status'>;
  log: Pick<LogPanel, 'include' | 'reveal'>;
  drawing: DrawScheduler;
}

/** Leads to a message of the room, which may have to be loaded first, and highlights it. */
export class MessageJump {
  readonly #dependencies: MessageJumpDependencies;
  #target: string | null = null;
  /** The message that is being loaded. */
  #wanted: string | null = null;
  #isRequested = false;

  constructor(dependencies: MessageJumpDependencies) {
    this.#dependencies = dependencies;
  }

  /** Id of the highlighted message. */
  get target(): string | null {
    return this.#target;
  }

  to(id: string): void {
    const { room, drawing } = this.#dependencies;
    if (room.message(id)) this.#show(id);
    else {
      this.#wanted = id;
      this.#isRequested = false;
      this.#load();
      drawing.schedule();
    }
  }

  /** Ends the highlight: the reader has gone on. */
  clear(): void {
    this.#target = null;
    this.#wanted = null;
  }

  /** To be called after each drawing: the message may have been loaded. */
  afterDrawing(): void {
    const { room } = this.#dependencies;
    const wanted = this.#wanted;
    if (wanted === null) return;
    if (room.message(wanted)) {
      this.#wanted = null;
      this.#show(wanted);
    } else if (!this.#isRequested) this.#load();
    else if (!room.isLoadingHistory) this.#wanted = null;
  }

  #load(): void {
    const { room } = this.#dependencies;
    if (this.#wanted === null || room.status !== 'live') return;
    this.#isRequested = true;
    room.loadAround(this.#wanted);
  }

  #show(id: string): void {
    const { log, drawing } = this.#dependencies;
    this.#target = id;
    log.include(id);
    drawing.drawNow();
    log.reveal(id);
  }
}

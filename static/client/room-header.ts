import { roomMark } from '../../server/http/pages/rows/room-row.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import { byId, toNode } from './elements.js';

export interface HeaderListener {
  join(): Promise<void>;
  leave(): Promise<void>;
}

/** What stands over the room: what it is about, whether it is for members, and whether one is a member. */
export class RoomHeader {
  readonly #join = byId<HTMLFormElement>('join');
  readonly #leave = byId<HTMLFormElement>('leave');
  #access: string | null = null;

  constructor(listener: HeaderListener) {
    this.#listen(this.#join, () => listener.join());
    this.#listen(this.#leave, () => listener.leave());
  }

  show({ topic, access, joined }: RoomEntry): void {
    byId('topic').hidden = topic === '';
    if (byId('topic').textContent !== topic) byId('topic').textContent = topic;
    byId('topic').title = topic;
    if (this.#join.hidden !== joined) {
      const held = document.activeElement;
      const hadFocus = this.#join.contains(held) || this.#leave.contains(held);
      this.#join.hidden = joined;
      this.#leave.hidden = !joined;
      if (hadFocus) (joined ? this.#leave : this.#join).querySelector('button')?.focus();
    }
    if (this.#access === access) return;
    this.#access = access;
    const mark = roomMark(access);
    byId('room-mark').replaceChildren(typeof mark === 'string' ? mark : toNode(mark));
    byId('room-access').textContent = access === 'members' ? ', for members' : '';
  }

  #listen(form: HTMLFormElement, act: () => Promise<void>): void {
    const button = form.querySelector('button')!;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      await act();
      button.disabled = false;
    });
  }
}

import type { Author } from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { membershipWords } from '../../server/http/pages/rows/membership-words.js';
import { readOnlyText } from '../../server/http/pages/rows/read-only.js';
import { accessWords, roomMark } from '../../server/http/pages/rows/room-row.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import type { Api } from './api.js';
import { byId, toNode } from './elements.js';
import { setText } from './live-text.js';
import { NameForm } from './name-form.js';

export interface RoomHeaderDependencies {
  /** The room that the page shows. */
  room: () => string;
  user: Author;
  api: Pick<Api, 'join' | 'leave' | 'rename'>;
  listing: { refresh(): Promise<void> };
  scheduleDraw: () => void;
}

/** The head of the room: topic, access, buttons for membership, and the form for the name of the reader. */
export class RoomHeader {
  readonly #dependencies: RoomHeaderDependencies;
  readonly #join = byId<HTMLFormElement>('join');
  readonly #leave = byId<HTMLFormElement>('leave');
  /** Null if the account determines the name. */
  readonly #nameForm: NameForm | null;
  #fault: string | null = null;
  /** Room and access that the words are for. */
  #shown = '';

  constructor(dependencies: RoomHeaderDependencies) {
    const { room, user, api } = dependencies;
    this.#dependencies = dependencies;
    this.#listen(this.#join, () => api.join(room()));
    this.#listen(this.#leave, () => api.leave(room()));
    const hasForm = document.getElementById('you') !== null;
    this.#nameForm = hasForm ? new NameForm(user, (name) => api.rename(name)) : null;
  }

  /** Why joining or leaving failed. */
  get fault(): string | null {
    return this.#fault;
  }

  show(entry: RoomEntry, user: Author): void {
    const { name, topic, access, joined } = entry;
    const readOnly = readOnlyText(entry);
    setText('read-only', readOnly);
    byId('read-only').hidden = readOnly === '';
    byId('composer').hidden = readOnly !== '';
    this.#nameForm?.show(user);
    byId('topic').hidden = topic === '';
    setText('topic', topic);
    byId('topic').title = topic;
    this.#showMembership(joined);
    const shown = JSON.stringify([name, access]);
    if (this.#shown === shown) return;
    this.#shown = shown;
    setText('room-name', name);
    const mark = roomMark(access);
    byId('room-mark').replaceChildren(typeof mark === 'string' ? mark : toNode(mark));
    byId('room-access').textContent = accessWords(access);
    this.#showWords(name, access);
  }

  /** The page shows another room. */
  clearFault(): void {
    this.#fault = null;
  }

  #showWords(room: string, access: RoomEntry['access']): void {
    const { join, joinTitle, leave, leaveRoom } = membershipWords(access, room);
    const joinButton = this.#join.querySelector('button');
    const leaveButton = this.#leave.querySelector('button');
    if (!joinButton || !leaveButton) return;
    joinButton.textContent = join;
    joinButton.title = joinTitle;
    leaveButton.lastElementChild?.replaceChildren(leave);
    leaveButton.title = leaveRoom;
    leaveButton.ariaLabel = leaveButton.title;
  }

  #showMembership(isMember: boolean): void {
    if (this.#join.hidden === isMember) return;
    const focused = document.activeElement;
    const hadFocus = this.#join.contains(focused) || this.#leave.contains(focused);
    this.#join.hidden = isMember;
    this.#leave.hidden = !isMember;
    if (hadFocus) (isMember ? this.#leave : this.#join).querySelector('button')?.focus();
  }

  #listen(form: HTMLFormElement, change: () => Promise<void>): void {
    const button = form.querySelector('button');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button) button.disabled = true;
      await this.#changeMembership(change);
      if (button) button.disabled = false;
    });
  }

  async #changeMembership(change: () => Promise<void>): Promise<void> {
    const { room, listing, scheduleDraw } = this.#dependencies;
    const changed = room();
    this.#fault = null;
    try {
      await change();
      await listing.refresh();
    } catch (error) {
      if (room() === changed) this.#fault = faultText(error);
    }
    scheduleDraw();
  }
}

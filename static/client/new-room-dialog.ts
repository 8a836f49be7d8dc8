import type { Api } from './api.js';
import { byId } from './elements.js';

/** The dialog that creates a room. Without a script, its link leads to a page with the same form. */
export class NewRoomDialog {
  readonly #dialog = byId<HTMLDialogElement>('new-room');
  readonly #form = byId<HTMLFormElement>('new-room-form');
  readonly #create = this.#form.querySelector<HTMLButtonElement>('button:not([type])')!;
  readonly #fault = byId('new-room-fault');

  constructor(api: Pick<Api, 'createRoom'>, created: (room: string) => void) {
    byId('new-room-link').addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const side = byId('side');
      if (side.matches(':popover-open')) side.hidePopover();
      this.#fault.hidden = true;
      this.#dialog.showModal();
    });
    byId('new-room-cancel').addEventListener('click', () => this.#dialog.close());
    this.#form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const fields = new FormData(this.#form);
      const field = (name: string) => String(fields.get(name) ?? '');
      const room = { name: field('name'), topic: field('topic'), access: field('access') };
      this.#fault.hidden = true;
      this.#create.disabled = true;
      try {
        const { name } = await api.createRoom(room);
        this.#form.reset();
        this.#dialog.close();
        created(name);
      } catch (error) {
        this.#fault.hidden = false;
        this.#fault.textContent = error instanceof Error ? error.message : String(error);
        byId('new-name').focus();
      }
      this.#create.disabled = false;
    });
  }
}

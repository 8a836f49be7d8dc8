import { RequestError } from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import type { Api } from './api.js';
import { byId } from './elements.js';

/** The dialog that creates a room. Without a script, its link leads to a page with the same form. */
export class NewRoomDialog {
  readonly #dialog = byId<HTMLDialogElement>('new-room');
  readonly #form = byId<HTMLFormElement>('new-room-form');
  readonly #create = this.#form.querySelector<HTMLButtonElement>('button:not([type])')!;
  readonly #fault = byId('new-room-fault');

  constructor(api: Pick<Api, 'createRoom'>, created: (room: string) => void) {
    byId('new-room-cancel').addEventListener('click', () => this.#dialog.close());
    this.#form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const fields = new FormData(this.#form);
      const field = (name: string) => String(fields.get(name) ?? '');
      const room = { name: field('name'), topic: field('topic'), access: field('access') };
      this.#showFault('');
      this.#create.disabled = true;
      try {
        const { name } = await api.createRoom(room);
        this.#form.reset();
        this.#dialog.close();
        created(name);
      } catch (error) {
        const isTopic = error instanceof RequestError && error.details.field === 'topic';
        this.#showFault(faultText(error), byId(isTopic ? 'new-topic' : 'new-name'));
      }
      this.#create.disabled = false;
    });
  }

  /** @param name of the room to begin with; empty: the name of an earlier attempt stays */
  open(name = ''): void {
    const side = byId('side');
    if (side.matches(':popover-open')) side.hidePopover();
    this.#showFault('');
    if (name !== '') byId<HTMLInputElement>('new-name').value = name;
    this.#dialog.showModal();
    if (name !== '') byId('new-topic').focus();
  }

  /** @param field that the error is about */
  #showFault(fault: string, field?: HTMLElement): void {
    this.#fault.hidden = fault === '';
    this.#fault.textContent = fault;
    for (const one of this.#form.querySelectorAll('input'))
      one.setAttribute('aria-invalid', `${one === field}`);
    field?.after(this.#fault);
    field?.focus();
  }
}

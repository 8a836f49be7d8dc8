import { hueClass, initials } from '../../server/http/pages/rows/avatar.js';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { t } from '../../server/http/pages/texts/text.js';
import type { Author } from '../../server/protocol/message.js';
import { byId } from './elements.js';

/** The form for the name of the reader. */
export class NameForm {
  readonly #form = byId<HTMLFormElement>('you');
  readonly #field = byId<HTMLInputElement>('name');
  readonly #fault = byId('name-fault');
  readonly #avatar = this.#form.querySelector('.avatar')!;
  #shown: string;

  /** @param rename resolves when the name is stored; rejects with an Error to show */
  constructor(user: Author, rename: (name: string) => Promise<Author>) {
    this.#shown = user.name;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#field.blur();
      rename(this.#field.value).then(
        (renamed) => {
          this.#showFault('');
          byId('name-said').textContent = t('name.changed', { name: renamed.name });
          this.#field.value = renamed.name;
          this.show(renamed);
        },
        (error: Error) => {
          this.#showFault(faultText(error));
          this.#field.focus();
        },
      );
    });
  }

  /** Shows the current name, unless the reader is writing another one. */
  show(user: Author): void {
    if (user.name === this.#shown) return;
    if (this.#field.value === this.#shown) this.#field.value = user.name;
    this.#shown = user.name;
    this.#avatar.textContent = initials(user.name);
    this.#avatar.className = `avatar ${hueClass(user)}`;
  }

  #showFault(fault: string): void {
    this.#fault.hidden = fault === '';
    this.#fault.textContent = fault;
    this.#field.setAttribute('aria-invalid', `${fault !== ''}`);
  }
}

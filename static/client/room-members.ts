import type { RoomPresence, ServerFrame } from 'changeroom-client';
import type { MembersSection, MembersSectionDependencies } from './members-section.js';

/** The members in the panel of people: their part of the script is loaded when the panel is opened. */
export class RoomMembers {
  readonly #panel: HTMLElement;
  #section: MembersSection | null = null;

  constructor(panel: HTMLElement, dependencies: MembersSectionDependencies) {
    this.#panel = panel;
    panel.addEventListener('toggle', () => void this.#load(dependencies));
  }

  receive(frame: ServerFrame): void {
    this.#section?.receive(frame);
  }

  /** Changes may be missing: the list is loaded again when it is shown. */
  markStale(): void {
    this.#section?.markStale();
  }

  /** @param isConnected false: nothing can be loaded */
  show(presence: RoomPresence, self: string | null, isConnected: boolean): void {
    this.#section?.show(presence, self, isConnected);
  }

  async #load(dependencies: MembersSectionDependencies): Promise<void> {
    if (!this.#section) {
      const loaded = await import('./members-section.js').catch(() => null);
      // The page may show another room by now.
      if (!this.#section && loaded && this.#panel.isConnected)
        this.#section = new loaded.MembersSection(dependencies);
    }
    dependencies.changed();
  }
}

import type { RoomPresence, ServerFrame } from 'changeroom-client';
import { memberRow } from '../../server/http/pages/rows/member-row.js';
import { membersTitle, noMembers } from '../../server/http/pages/rows/members-title.js';
import { t } from '../../server/http/pages/texts/text.js';
import { byId } from './elements.js';
import { KeyedList } from './keyed-list.js';
import { setText } from './live-text.js';
import { MemberList, type MemberListDependencies } from './member-list.js';

export interface MembersSectionDependencies extends MemberListDependencies {
  /** Everyone can read the room. */
  isOpen: () => boolean;
}

/** The members in the panel of people, which this module is loaded for when it is opened. */
export class MembersSection {
  readonly #members: MemberList;
  readonly #isOpen: () => boolean;
  readonly #panel = byId('people');
  readonly #list = new KeyedList(byId('members-list'));
  readonly #more = byId<HTMLButtonElement>('members-more');

  /** To be called while the page shows the panel of the room. */
  constructor(dependencies: MembersSectionDependencies) {
    this.#isOpen = dependencies.isOpen;
    this.#members = new MemberList(dependencies);
    this.#more.addEventListener('click', () => this.#members.loadMore());
  }

  receive(frame: ServerFrame): void {
    this.#members.receive(frame);
  }

  /** Changes may be missing: the list is loaded again when it is shown. */
  markStale(): void {
    this.#members.markStale();
  }

  /** @param isConnected false: nothing can be loaded */
  show(presence: RoomPresence, self: string | null, isConnected: boolean): void {
    if (!this.#panel.matches(':popover-open')) return;
    if (isConnected) this.#members.keepFresh();
    const { members, total, hasMore, isLoading, fault } = this.#members;
    byId('members-section').hidden = false;
    const isOpen = this.#isOpen();
    setText('members-heading', membersTitle(isOpen, total));
    const here = new Set([...presence.sockets].map(({ id_user }) => id_user));
    const isPresent = (id_user: string, wasPresent: boolean) =>
      presence.isKnown && presence.isNamed ? here.has(id_user) : wasPresent;
    this.#list.render(
      members.map(({ id_user, name, present, role }) => {
        const isSelf = id_user === self;
        const member = { id_user, name, role, isPresent: isPresent(id_user, present), isSelf };
        return {
          key: id_user,
          version: [name, role, member.isPresent, isSelf],
          draw: () => memberRow(member),
        };
      }),
    );
    const note = total === null && isLoading ? t('log.loading') : total === 0 ? noMembers(isOpen) : '';
    byId('members-note').hidden = note === '';
    setText('members-note', note);
    byId('members-fault').hidden = fault === null;
    setText('members-fault', fault ?? '');
    this.#more.hidden = !hasMore;
    this.#more.disabled = isLoading;
  }
}

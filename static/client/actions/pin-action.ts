import type { Message, Room } from 'changeroom-client';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { DrawScheduler } from '../draw-scheduler.js';
import type { MessageAction } from './message-action.js';

export interface PinActionDependencies {
  room: Pick<Room, 'setPinned'>;
  drawing: DrawScheduler;
  /** Only members of the room may pin. */
  isMember: () => boolean;
  /** Shows the error of a change in the row of its message. */
  showFault: (id: string, text: string) => void;
}

/** Pins a message in its room, and unpins it. */
export class PinAction implements MessageAction {
  readonly name = 'pin';
  readonly icon = 'pin';
  readonly key = 'p';
  readonly #dependencies: PinActionDependencies;

  constructor(dependencies: PinActionDependencies) {
    this.#dependencies = dependencies;
  }

  label({ pinned }: Message): string {
    return pinned ? t('annotations.unpin') : t('annotations.pin');
  }

  isOffered(): boolean {
    return this.#dependencies.isMember();
  }

  perform({ id, pinned }: Message): void {
    const { room, drawing, showFault } = this.#dependencies;
    room.setPinned(id, !pinned).catch((error: Error) => {
      showFault(id, faultText(error));
      drawing.schedule();
    });
  }
}

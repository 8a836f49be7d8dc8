import type { Author, ChatClient, Room } from 'changeroom-client';
import type { MentionText } from '../completion/mention-text.js';
import type { Composer } from '../composer.js';
import type { DrawScheduler } from '../draw-scheduler.js';
import type { LogPanel } from '../log-panel.js';
import type { LogContent } from '../log-view.js';
import type { MessageJump } from '../message-jump.js';
import type { PageStorage } from '../page-storage.js';
import { UnfinishedEdit } from '../unfinished-edit.js';
import { DeleteAction } from './delete-action.js';
import { EditAction } from './edit-action.js';
import { LinkAction } from './link-action.js';
import { MessageTools } from './message-tools.js';
import { PinAction } from './pin-action.js';
import { ReactAction } from './react-action.js';
import { ReplyAction } from './reply-action.js';
import { unsentCommands } from './unsent-commands.js';

export interface RoomActionsDependencies {
  client: ChatClient;
  room: Room;
  /** Id of the user of a playground page. */
  as: string | null;
  composer: Composer;
  mentions: MentionText;
  log: LogPanel;
  jump: MessageJump;
  storage: PageStorage | null;
  drawing: DrawScheduler;
  user: () => Author;
  isMember: () => boolean;
  announce: (text: string) => void;
}

/** The actions on the messages of a room, and their state. */
export class RoomActions {
  readonly editing: EditAction;
  readonly tools: MessageTools;
  readonly #deletion: DeleteAction;
  readonly #reacting: ReactAction;

  constructor(dependencies: RoomActionsDependencies) {
    const { client, room, as, composer, mentions, log, jump, storage, drawing, user } = dependencies;
    const { rows } = log;
    const unfinishedEdit = new UnfinishedEdit(room.name, storage);
    const include = (id: string) => log.include(id);
    this.editing = new EditAction({ room, composer, mentions, unfinishedEdit, drawing, user, include });
    this.#deletion = new DeleteAction({ room, composer, drawing, user, rows });
    const showFault = (id: string, text: string) => this.#deletion.showFault(id, text);
    this.#reacting = new ReactAction({ room, drawing, user, rows, showFault });
    this.tools = new MessageTools({
      room,
      rows,
      actions: [
        this.#reacting,
        new ReplyAction((id) => composer.replyTo(id)),
        this.editing,
        new LinkAction(as, dependencies.announce),
        new PinAction({ room, drawing, isMember: dependencies.isMember, showFault }),
        this.#deletion,
      ],
      commands: {
        ...this.#reacting.commands,
        ...this.#deletion.commands,
        ...unsentCommands({ client, room, composer }),
        gap: (_id, button) => room.loadHistory(room.message(button.dataset.before ?? '')),
        older: () => room.loadHistory(),
        original: (id) => jump.to(room.message(id)?.reply_to ?? ''),
      },
      drawing,
    });
  }

  /** The edit, the confirmation, the choice of a reaction and the fault that rows show. */
  get activity(): Pick<LogContent, 'editing' | 'confirming' | 'choosing' | 'fault'> {
    const { confirming, fault } = this.#deletion;
    return { editing: this.editing.editing, confirming, choosing: this.#reacting.choosing, fault };
  }

  /** Ends a question about a message, or the choice of a reaction. @returns whether there was one */
  cancel(id: string): boolean {
    return this.#deletion.cancel(id) || this.#reacting.cancel(id);
  }
}

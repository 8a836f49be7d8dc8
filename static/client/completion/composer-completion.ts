import type { Api } from '../api.js';
import { byId } from '../elements.js';
import { loadEmoji, loadedEmoji } from '../emoji/load-emoji.js';
import type { RoomPeople } from '../room-people.js';
import { CommandCompletions } from './command-completions.js';
import { CompletionView } from './completion-view.js';
import { EmojiCompletions } from './emoji-completions.js';
import { MentionCompletions } from './mention-completions.js';
import { PeopleLookup } from './people-lookup.js';
import { nameUnknownMentions } from './unknown-mentions.js';
import { UsageLine } from './usage-line.js';

export interface ComposerCompletionDependencies {
  field: HTMLTextAreaElement;
  room: string;
  api: Pick<Api, 'bots' | 'people' | 'token'>;
  people: RoomPeople;
}

/** Completes commands, names and emoji in the field for messages. To be called while the page shows the field. */
export function composerCompletion({
  field,
  room,
  api,
  people,
}: ComposerCompletionDependencies): CompletionView {
  const commands = new CommandCompletions(() => api.bots());
  const usage = new UsageLine();
  const { mentions } = people;
  void nameUnknownMentions(field, mentions, api.token);
  return new CompletionView({
    field,
    box: byId('completions'),
    count: byId('completions-count'),
    sources: [
      commands,
      new MentionCompletions({
        mentions,
        people: () => people.all(),
        load: () => people.load(),
        others: new PeopleLookup((start) => api.people(room, start)),
      }),
      new EmojiCompletions({ loaded: loadedEmoji, load: loadEmoji }),
    ],
    drawn: (isOpen) => usage.show(isOpen ? 'keys' : commands.named(field.value)),
  });
}

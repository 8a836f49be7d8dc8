import { mentionParts } from '../../../../protocol/mentions.js';
import { element } from '../element.js';
import type { MentionNames } from '../shown-message.js';
import type { PartFinder } from './text-part.js';

/** Shows mentions under the names of their users. A mention of a user whose name is unknown stays as it was written. */
export function mentionFinder(names: MentionNames, self: string | null = null): PartFinder {
  return (text) => {
    let index = 0;
    return mentionParts(text).flatMap((part) => {
      const at = index;
      index += part.text.length;
      const { id_user } = part;
      if (id_user === undefined || !Object.hasOwn(names, id_user)) return [];
      const look = id_user === self ? 'mention self' : 'mention';
      const shown = element('bdi', { class: look, 'data-user': id_user }, `@${names[id_user]}`);
      return [{ index: at, text: part.text, nodes: [shown] }];
    });
  };
}

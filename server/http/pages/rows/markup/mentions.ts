import { mentionParts } from '../../../../protocol/mentions.js';
import { t } from '../../texts/text.js';
import { element } from '../element.js';
import type { MentionNames } from '../shown-message.js';
import type { PartFinder } from './text-part.js';

/** Shows mentions under the names of their users, and a neutral text in the place of an unknown name: an id is not for readers. */
export function mentionFinder(names: MentionNames, self: string | null = null): PartFinder {
  return (text) => {
    let index = 0;
    return mentionParts(text).flatMap((part) => {
      const at = index;
      index += part.text.length;
      const { id_user } = part;
      if (id_user === undefined) return [];
      const name = Object.hasOwn(names, id_user) ? names[id_user] : undefined;
      const look = name === undefined ? null : id_user === self ? 'mention self' : 'mention';
      const shown = element(
        'bdi',
        { class: look, 'data-user': id_user },
        `@${name ?? t('message.unknownUser')}`,
      );
      return [{ index: at, text: part.text, nodes: [shown] }];
    });
  };
}

import type { Message, Reaction } from '../../../protocol/message.js';
import { readerLocale, t } from '../texts/text.js';
import { type ElementTree, element } from './element.js';
import { icon } from './icon.js';

export interface AnnotationBarOptions {
  /** The reader, whose reactions are marked. */
  id_user: string | null;
  /** Current names of users; undefined for unknown ones. */
  nameOf: (id_user: string) => string | undefined;
  /** Without JavaScript: the form around the buttons. Default: buttons of the page's script. */
  form?: { path: string } | undefined;
}

/** Reactions that are offered before the picker. */
export const QUICK_EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '🙏'] as const;

/** Names in the description of a reaction. */
const MAX_NAMES = 10;

/** The pin and the reactions of a message, below its body; null without any. */
export function annotationBar(
  { id, reactions = [], pinned }: Pick<Message, 'id' | 'reactions' | 'pinned'>,
  options: AnnotationBarOptions,
): ElementTree | null {
  if (reactions.length === 0 && !pinned) return null;
  const { form, nameOf } = options;
  const by = pinned?.id_user ? nameOf(pinned.id_user) : undefined;
  const mark =
    pinned &&
    element(
      'span',
      {
        class: 'pinned',
        title: by === undefined ? t('annotations.pinned') : t('annotations.pinnedBy', { name: by }),
      },
      icon('pin'),
      t('annotations.pinned'),
    );
  const chips = reactions.map((reaction) => reactionChip(reaction, options));
  if (!form) return element('div', { class: 'annotations' }, mark, ...chips);
  return element(
    'form',
    { class: 'annotations', method: 'post', action: form.path },
    hidden('action', 'react'),
    hidden('id', id),
    mark,
    ...chips,
  );
}

/** Buttons for the first reactions. */
export function quickReactions(): ElementTree {
  const buttons = QUICK_EMOJI.map((emoji) =>
    element(
      'button',
      {
        type: 'button',
        class: 'tool emoji',
        'data-action': 'react-with',
        'data-emoji': emoji,
        'aria-label': t('annotations.reactWith', { emoji }),
      },
      emoji,
    ),
  );
  return element(
    'div',
    { class: 'actions question quick', role: 'group', 'aria-label': t('annotations.label') },
    ...buttons,
    element(
      'button',
      {
        type: 'button',
        class: 'tool',
        'data-action': 'react-more',
        'aria-haspopup': 'dialog',
        'aria-label': t('annotations.moreEmoji'),
        title: t('annotations.moreEmoji'),
      },
      '…',
    ),
  );
}

function reactionChip(
  { emoji, count, id_users }: Reaction,
  { id_user, nameOf, form }: AnnotationBarOptions,
): ElementTree {
  const isOwn = id_user !== null && id_users.includes(id_user);
  const names = namesOf({ count, id_users }, id_user, nameOf);
  const attributes = {
    class: 'chip',
    'aria-pressed': String(isOwn),
    'aria-label': t('annotations.chip', { emoji, number: count, names }),
    title: names,
    ...(form
      ? { name: isOwn ? 'unreact' : 'emoji', value: emoji }
      : { type: 'button', 'data-action': 'react-with', 'data-emoji': emoji }),
  };
  return element(
    'button',
    attributes,
    element('span', { class: 'emoji' }, emoji),
    element('span', { class: 'count' }, `${count}`),
  );
}

function namesOf(
  { count, id_users }: Pick<Reaction, 'count' | 'id_users'>,
  id_user: string | null,
  nameOf: (id_user: string) => string | undefined,
): string {
  const isOwn = id_user !== null && id_users.includes(id_user);
  const known = id_users.filter((id) => id !== id_user).flatMap((id) => nameOf(id) ?? []);
  const names = [...(isOwn ? [t('common.you')] : []), ...known].slice(0, MAX_NAMES);
  const others = count - names.length;
  if (others > 0)
    names.push(
      names.length === 0
        ? t('annotations.users', { count: others })
        : t('annotations.more', { count: others }),
    );
  return new Intl.ListFormat(readerLocale().language).format(names);
}

function hidden(name: string, value: string): ElementTree {
  return element('input', { type: 'hidden', name, value });
}

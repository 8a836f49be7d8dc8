import type { Message, Pin, Reaction } from '../../../protocol/entities.js';

/** Additions of users to a message: its reactions, and its pin. */
export interface Annotations {
  reactions: readonly Reaction[];
  pinned: Pin | null;
}

export const NO_ANNOTATIONS: Annotations = { reactions: [], pinned: null };

/** The message with these annotations and no others. */
export function withAnnotations(message: Message, annotations: Annotations | undefined): Message {
  const { reactions: _reactions, pinned: _pinned, ...bare } = message;
  const { reactions, pinned } = annotations ?? NO_ANNOTATIONS;
  return { ...bare, ...(reactions.length > 0 && { reactions }), ...(pinned && { pinned }) };
}

export function annotationsOf({ reactions = [], pinned }: Message): Annotations {
  return { reactions, pinned: pinned ?? null };
}

/** Ids of the users in annotations, each once. */
export function annotators(all: readonly Annotations[]): string[] {
  const ids = all.flatMap(({ reactions, pinned }) => [
    ...reactions.flatMap(({ id_users }) => id_users),
    ...(pinned?.id_user ? [pinned.id_user] : []),
  ]);
  return [...new Set(ids)];
}

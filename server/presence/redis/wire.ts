import { z } from 'zod';
import type { PresenceEntry } from '../../protocol/presence.js';
import { fromText, toText } from './keys.js';

/** The messages between processes, and the format of stored entries. Other processes may run another version: all input is validated. */

const entry = z
  .tuple([z.string(), z.string(), z.string()])
  .transform(([id_socket, id_user, name]): PresenceEntry => ({ id_socket, id_user, name }));

/** In the channel of a room: changes, `present` to be applied before `gone`. */
const roomMessage = z.object({ node: z.string(), present: z.array(entry), gone: z.array(z.string()) });
export type RoomMessage = z.infer<typeof roomMessage>;

/** In the channel of nodes: `announced` asks others to read the node's entries, `gone` to remove them. */
const nodeMessage = z.object({ node: z.string(), is: z.enum(['announced', 'gone']) });
export type NodeMessage = z.infer<typeof nodeMessage>;

/** In the typing channel of a room. */
const typingMessage = z.object({
  node: z.string(),
  user: z.object({ id_user: z.string(), name: z.string() }),
});
export type TypingMessage = z.infer<typeof typingMessage>;

const stored = z.tuple([z.string(), z.string()]);

export const readRoomMessage = (text: string) => read(roomMessage, text);
export const readNodeMessage = (text: string) => read(nodeMessage, text);
export const readTypingMessage = (text: string) => read(typingMessage, text);

export function writeRoomMessage({ node, present, gone }: RoomMessage): string {
  const tuples = present.map(({ id_socket, id_user, name }) => [id_socket, id_user, name]);
  return JSON.stringify({ node, present: tuples, gone });
}

export const writeNodeMessage = (message: NodeMessage) => JSON.stringify(message);
export const writeTypingMessage = (message: TypingMessage) => JSON.stringify(message);

/** A field of the hash of a node and a room, and its value. */
export function writeEntry({ id_socket, id_user, name }: PresenceEntry): [field: string, value: string] {
  return [toText(id_socket), JSON.stringify([id_user, name])];
}

/** The entries of a hash, without invalid ones. */
export function readEntries(hash: Record<string, string>): PresenceEntry[] {
  return Object.entries(hash).flatMap(([field, value]) => {
    const fields = read(stored, value);
    return fields ? [{ id_socket: fromText(field), id_user: fields[0], name: fields[1] }] : [];
  });
}

/** @returns null if the text is invalid */
function read<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

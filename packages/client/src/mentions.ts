// biome-ignore lint/suspicious/noControlCharactersInRegex: no id in a mention contains them
const MENTION = /<@([^<>\u0000-\u0020\u007f]{1,127})>/gu;

/** Ids of the users that a body mentions as `<@id_user>`, each once. */
export function mentionedUsers(body: string): string[] {
  if (!body.includes('<@')) return [];
  return [...new Set([...body.matchAll(MENTION)].map(([, id_user = '']) => id_user))];
}

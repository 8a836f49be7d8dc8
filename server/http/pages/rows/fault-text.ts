/** Fields as readers know them. */
const FIELDS: Readonly<Record<string, string>> = {
  body: 'The message',
  room: 'The name of the room',
  name: 'The name',
  topic: 'The topic',
};

/** The text of an error for a reader: it names a field as the page does, and not as the API does. */
export function faultText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^(?:body|room|name|topic)(?= )/u, (field) => FIELDS[field] ?? field);
}

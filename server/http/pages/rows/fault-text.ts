import type { ErrorCode, ErrorDetails } from '../../../protocol/errors.js';
import { fill } from '../texts/template.js';
import { faultTemplate, readerLocale, t } from '../texts/text.js';

/** An error of the server, or of the client. Errors of the client have no code. */
interface Fault {
  code?: ErrorCode | undefined;
  message: string;
  details?: ErrorDetails | undefined;
}

/** Fields as readers know them. */
const FIELDS: Readonly<Record<string, () => string>> = {
  body: () => t('fault.field.body'),
  room: () => t('fault.field.room'),
  name: () => t('fault.field.name'),
  topic: () => t('fault.field.topic'),
};

/** Errors of the client, by name. */
const CLIENT_FAULTS: Readonly<Record<string, () => string>> = {
  ConnectionError: () => t('fault.unreachable'),
  OutboxFullError: () => t('fault.outboxFull'),
};

/**
 * The text of an error for a reader, by its code. In English it is the text of the server, which names a field as the page
 * does, and not as the API does.
 */
export function faultText(error: unknown): string {
  if (!isFault(error)) return inPlainWords(String(error));
  const { code, message, details = {} } = error;
  const template = code === undefined ? undefined : faultTemplate(code);
  if (template === undefined) {
    const ofClient = error instanceof Error ? CLIENT_FAULTS[error.name] : undefined;
    return ofClient ? ofClient() : inPlainWords(message);
  }
  const { limit, retryAfterMs } = details;
  const chosen =
    typeof template === 'string'
      ? template
      : (limit !== undefined && template.limit) ||
        (retryAfterMs !== undefined && template.retry) ||
        template.other;
  return fill(readerLocale().language, chosen, {
    limit: limit ?? 0,
    seconds: Math.ceil((retryAfterMs ?? 0) / 1000),
  });
}

const isFault = (error: unknown): error is Fault =>
  typeof error === 'object' && error !== null && 'message' in error;

function inPlainWords(message: string): string {
  return message
    .replace(/^q: /, '')
    .replace(/^(?:body|room|name|topic)(?= )/u, (field) => FIELDS[field]?.() ?? field);
}

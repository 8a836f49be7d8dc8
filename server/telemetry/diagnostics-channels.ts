import { type Channel, channel } from 'node:diagnostics_channel';

/** A channel of node:diagnostics_channel with a type. Publishing costs nothing without subscribers. */
interface TypedChannel<Event> {
  publish(event: Event): void;
  /** @returns a function that unsubscribes */
  subscribe(listener: (event: Event) => void): () => void;
}

/** Events of the hot paths, for metrics and profiling. Durations are in seconds. */
export const diagnostics = {
  /** The database answered an insert of `rows` messages. */
  inserted: typedChannel<{ rows: number; seconds: number }>('changeroom:inserted'),
  /** A new message was passed to the sockets, `seconds` after it was sent. */
  delivered: typedChannel<{ seconds: number }>('changeroom:delivered'),
  /** A changefeed was opened; `again`: after it was lost. */
  feedOpened: typedChannel<{ again: boolean }>('changeroom:feed-opened'),
  /** `frames` frames were written to one socket in one system call. */
  written: typedChannel<{ frames: number }>('changeroom:written'),
  /** A connection was refused before routing, with the code of an error. */
  refused: typedChannel<{ code: string }>('changeroom:refused'),
  /** A visitor signed in on the page, or could not. */
  login: typedChannel<{ outcome: 'succeeded' | 'refused' | 'unavailable' }>('changeroom:login'),
  /** A session was to be extended by its refresh token. `refused`: the issuer has ended it. */
  sessionRefreshed: typedChannel<{ outcome: 'refreshed' | 'refused' | 'unavailable' }>(
    'changeroom:session-refreshed',
  ),
  /** A notification was sent to the push service of a browser, or not. */
  pushed: typedChannel<{ outcome: 'sent' | 'gone' | 'failed' | 'postponed' | 'dropped' }>(
    'changeroom:pushed',
  ),
  /** The broker confirmed a command. */
  commandPassed: typedChannel<object>('changeroom:command-passed'),
  /** A reply of a bot was stored, was stored before, or was rejected. */
  reply: typedChannel<{ outcome: 'written' | 'repeated' | 'rejected' }>('changeroom:reply'),
};

function typedChannel<Event>(name: string): TypedChannel<Event> {
  const own: Channel = channel(name);
  return {
    publish: (event) => own.hasSubscribers && own.publish(event),
    subscribe: (listener) => {
      const handler = (event: unknown) => listener(event as Event);
      own.subscribe(handler);
      return () => own.unsubscribe(handler);
    },
  };
}

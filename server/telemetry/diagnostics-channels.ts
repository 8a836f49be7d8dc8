import { type Channel, channel } from 'node:diagnostics_channel';

/** A channel of node:diagnostics_channel with a type: costs nothing while nobody listens. */
interface TypedChannel<Event> {
  publish(event: Event): void;
  subscribe(listener: (event: Event) => void): () => void;
}

/** What happens on the hot paths, for whoever measures. Durations in seconds. */
export const diagnostics = {
  /** A query with so many messages was answered. */
  inserted: typedChannel<{ rows: number; seconds: number }>('changeroom:inserted'),
  /** A new message leaves for the sockets, so long after it was sent. */
  delivered: typedChannel<{ seconds: number }>('changeroom:delivered'),
  /** A changefeed was opened for the first time, or after it was lost. */
  feedOpened: typedChannel<{ again: boolean }>('changeroom:feed-opened'),
  /** So many frames were written to one socket in one piece. */
  written: typedChannel<{ frames: number }>('changeroom:written'),
  /** A connection was refused before any route saw it, with the code of an error. */
  refused: typedChannel<{ code: string }>('changeroom:refused'),
  /** A command was passed to the broker. */
  commandPassed: typedChannel<object>('changeroom:command-passed'),
  /** An answer of a bot was written, was there already, or cannot be used. */
  answer: typedChannel<{ fate: 'written' | 'repeated' | 'rejected' }>('changeroom:answer'),
};

function typedChannel<Event>(name: string): TypedChannel<Event> {
  const own: Channel = channel(name);
  return {
    publish: (event) => own.hasSubscribers && own.publish(event),
    subscribe: (listener) => {
      const heard = (event: unknown) => listener(event as Event);
      own.subscribe(heard);
      return () => own.unsubscribe(heard);
    },
  };
}

import type { Server } from 'node:http';

/** Detaches the listeners of an event. @returns a function that calls them */
export function takeListeners(server: Server, event: 'request' | 'upgrade'): (...args: unknown[]) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...args) => {
    for (const listener of listeners) listener.apply(server, args);
  };
}

import type { Server } from 'node:http';

/** Takes an event's listeners from a server. @returns calls them */
export function takeListeners(server: Server, event: 'request' | 'upgrade'): (...args: unknown[]) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...args) => {
    for (const listener of listeners) listener.apply(server, args);
  };
}

import { Counter, type Registry } from 'prom-client';
import { diagnostics } from '../diagnostics-channels.js';
import { PREFIX } from './registry.js';

/** Adds the metrics of logins on the page to the registry of a process that offers them. */
export function measureLogins(registry: Registry): void {
  const registers = [registry];
  const logins = new Counter({
    name: `${PREFIX}logins_total`,
    help: 'Logins on the page by outcome: succeeded, refused, or unavailable for lack of the identity provider',
    labelNames: ['outcome'],
    registers,
  });
  const refreshes = new Counter({
    name: `${PREFIX}session_refreshes_total`,
    help: 'Attempts to extend a session by its refresh token, by outcome: refreshed, refused (the session ended), unavailable',
    labelNames: ['outcome'],
    registers,
  });
  diagnostics.login.subscribe((event) => logins.inc(event));
  diagnostics.sessionRefreshed.subscribe((event) => refreshes.inc(event));
}

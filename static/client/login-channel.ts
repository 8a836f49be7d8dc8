const CHANNEL = 'changeroom.login';

/**
 * Announces to the other tabs that the user of this one is signed in, and calls back when another tab announces it. The
 * end of a session needs no announcement: the server notifies all sockets.
 */
export function followLogins(onLogin: () => void): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', onLogin);
  channel.postMessage('signed in');
}

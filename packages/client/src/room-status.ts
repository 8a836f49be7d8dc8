/** `stale`: joined, but the server has lost the changefeed of the room. `refused`: the room cannot be joined. */
export type RoomStatus = 'disconnected' | 'joining' | 'live' | 'stale' | 'refused';

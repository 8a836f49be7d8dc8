import { EventSource } from 'eventsource';
import type { RoomFrame } from '../../server/protocol/server-frames.js';
import { ReturningClient } from '../../tests/support/returning-client.js';
import { View } from '../../tests/support/view.js';

/** A client that shows a room and reconnects when its connection is lost. */
export interface Reader {
  readonly name: string;
  readonly room: string;
  /** The messages that it shows at present. */
  view(): View;
  close(): void;
}

/** The number of messages at the start of an event stream. */
const WINDOW_MESSAGES = 100;
const REJOIN_DELAY_MS = 500;

export function socketReader(name: string, url: string, room: string): Reader {
  const view = new View();
  const client = new ReturningClient(url, room, { websockets: true });
  let read = 0;
  const catchUp = () => {
    for (; read < client.frames.length; read += 1) {
      const frame = client.frames[read]!;
      if (frame.type === 'roomSnapshot') view.show(frame);
      else view.receive(frame as RoomFrame);
    }
  };
  // As the page does when the room could not be read.
  const rejoin = setInterval(() => {
    if (client.connections > 0 && !client.isJoined) client.join();
  }, REJOIN_DELAY_MS);
  return {
    name,
    room,
    view: () => {
      catchUp();
      return view;
    },
    close: () => {
      clearInterval(rejoin);
      client.end();
    },
  };
}

export function eventReader(name: string, url: string, room: string): Reader {
  const view = new View();
  let source: EventSource;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;
  /** The messages of the first window, until it is complete. */
  let beginning: Extract<RoomFrame, { type: 'deliverMessage' }>['message'][] | null = [];

  const open = () => {
    timer = null;
    beginning = [];
    source = new EventSource(`${url}/api/rooms/${encodeURIComponent(room)}/events?limit=${WINDOW_MESSAGES}`);
    source.addEventListener('reset', () => {
      beginning = [];
    });
    source.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data) as Extract<RoomFrame, { type: 'deliverMessage' }>;
      if (beginning) beginning.push(frame.message);
      else view.receive(frame);
    });
    source.addEventListener('state', ({ data }) => {
      if (beginning) view.show({ messages: beginning, hasOlder: beginning.length === WINDOW_MESSAGES });
      beginning = null;
      view.receive(JSON.parse(data) as RoomFrame);
    });
    for (const type of ['remove', 'resync'])
      source.addEventListener(type, ({ data }) => view.receive(JSON.parse(data) as RoomFrame));
    source.addEventListener('error', () => {
      // EventSource does not reconnect after a response that is not a stream (503).
      if (source.readyState !== EventSource.CLOSED || isClosed || timer) return;
      timer = setTimeout(open, REJOIN_DELAY_MS);
    });
  };
  open();
  return {
    name,
    room,
    view: () => view,
    close: () => {
      isClosed = true;
      if (timer) clearTimeout(timer);
      source.close();
    },
  };
}

import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { until } from '../support/until.js';

export interface ReceivedEvent {
  event?: string;
  id?: string;
  data?: string;
  retry?: string;
}

/** Parses an event stream field by field. */
export class EventReader {
  text = '';
  response: IncomingMessage | null = null;
  ended = false;
  private request: ClientRequest;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.request = get(url, { headers }, (response) => {
      this.response = response;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        this.text += text;
      });
      response.on('close', () => {
        this.ended = true;
      });
      response.on('error', () => {});
    });
    this.request.on('error', () => {
      this.ended = true;
    });
  }

  /** The complete events, without comments. */
  get events(): ReceivedEvent[] {
    const blocks = this.text.split('\n\n').slice(0, -1);
    return blocks
      .filter((block) => !block.startsWith(':'))
      .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))));
  }

  /** The event ids; a browser reconnects with the last one. */
  get lastId(): string {
    return this.events.findLast(({ id }) => id !== undefined)!.id!;
  }

  /** Short names of the events after `retry`: the body of a message, else the kind of event. */
  get story(): string[] {
    return this.events
      .filter(({ event }) => event !== undefined)
      .map(({ event, data }) => (event === 'message' ? JSON.parse(data!).message.body : event!));
  }

  /** Waits until the last events are these. */
  endsWith(...story: string[]): Promise<unknown> {
    return until(`the events ${story}, in ${this.story.slice(-10)}`, () => {
      return JSON.stringify(this.story.slice(-story.length)) === JSON.stringify(story);
    });
  }

  close(): void {
    this.request.destroy();
  }
}

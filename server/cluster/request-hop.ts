import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream';

/** Headers that are between two ends of one connection. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

/** Passes HTTP requests on between the workers, over a Unix socket of each in a folder that is theirs alone. */
export class RequestHop {
  // Only the side that asks closes a connection. If the one that answers did, the other would now and then be writing
  // to a connection that is just being closed, and take a worker for dead that is not.
  private readonly door = createServer({ keepAliveTimeout: 0 });
  private readonly agent = new Agent({ keepAlive: true });
  private readonly underWay = new Set<ServerResponse>();

  constructor(
    private readonly folder: string,
    private readonly worker: number,
  ) {}

  /** Takes what the others pass on. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.door.once('error', reject);
      // `exclusive`: not by way of the primary, to which the workers' servers belong otherwise.
      this.door.listen({ path: this.pathOf(this.worker), exclusive: true }, resolve);
    });
  }

  /** @param answer answers what the others pass on */
  onRequest(answer: RequestListener): void {
    this.door.on('request', answer);
  }

  /** @param answerHere is called when the other worker is gone, or goes before it has begun to answer */
  passOn(owner: number, incoming: IncomingMessage, response: ServerResponse, answerHere: () => void): void {
    const outgoing = request({
      socketPath: this.pathOf(owner),
      agent: this.agent,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, connection: 'keep-alive' },
    });
    this.underWay.add(response);
    response.once('close', () => {
      this.underWay.delete(response);
      outgoing.destroy();
    });
    outgoing.once('response', (answer) => {
      const headers = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.includes(name));
      response.writeHead(answer.statusCode!, Object.fromEntries(headers));
      pipeline(answer, response, () => {});
    });
    outgoing.on('error', () => {
      if (response.headersSent) response.destroy();
      else if (!response.destroyed) answerHere();
    });
    incoming.pipe(outgoing);
  }

  close(): void {
    this.door.close();
    this.door.closeAllConnections();
    for (const response of this.underWay) response.destroy();
    this.agent.destroy();
  }

  private pathOf(worker: number): string {
    return path.join(this.folder, `${worker}.sock`);
  }
}

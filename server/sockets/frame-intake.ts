import type { Spark } from 'primus';
import type { FrameLimit } from '../limits/frame-limit.js';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';
import { dispatch, MAX_FRAME, refOf, sendError } from './dispatch.js';
import type { HandlerDependencies } from './handlers/handler.js';
import { INBOX_BYTES, INBOX_FRAMES, Inbox } from './inbox.js';
import { CLOSE_CODES, type SocketConnection } from './socket-connection.js';

export interface FrameIntakeDependencies {
  spark: Spark;
  connection: SocketConnection;
  limit: FrameLimit;
  /** Resolves when the socket has been authenticated, or could not be. */
  authenticated: Promise<void>;
  handlerParts: HandlerDependencies;
  log: Log;
}

/** Takes the frames of one socket: counts them, bounds those that wait, and passes them to their handlers. */
export function takeFrames(parts: FrameIntakeDependencies): void {
  const { spark, connection, limit, authenticated, handlerParts, log } = parts;
  let isAuthenticated = false;
  const end = (reason: string) => {
    log.info({ id_user: connection.id_user, reason }, 'socket: closed, as it sends too much');
    connection.end(CLOSE_CODES.policyViolation, reason);
  };
  const inbox = new Inbox({
    handle: (frame, isPaced) => {
      const work = () => dispatch(connection, frame, handlerParts, log);
      if (!isPaced) return work();
      return handlerParts.limits.frequentFrames
        .run(connection.address, work)
        .catch((error: unknown) => sendError(connection, error, refOf(frame)));
    },
    isFrequent: () => limit.isFrequent,
    isReady: () => isAuthenticated && connection.keepsUp(),
    pauseReading: (isPaused) => connection.pauseReading(isPaused),
    overflowed: () => end(`more than ${INBOX_FRAMES} frames or ${INBOX_BYTES} bytes wait to be handled`),
  });
  connection.caughtUp = () => inbox.proceed();
  void authenticated.then(() => {
    isAuthenticated = true;
    inbox.proceed();
  });

  // All packets are counted, also those that Primus and engine.io answer by themselves or cannot parse.
  spark.socket.on('packet', () => {
    if (limit.add() === 'end' && !connection.isClosed) end('too many frames');
  });
  const isTaken = (ref?: string | number) => {
    if (limit.verdict === 'refuse') sendError(connection, limit.error(), ref);
    return limit.verdict === 'take';
  };
  spark.on('data', (frame: unknown, raw: unknown) => {
    if (!isTaken(refOf(frame))) return;
    // Primus passes binary packets on without parsing them.
    if (typeof raw !== 'string')
      return sendError(connection, new ChatError('bad-json', 'a frame is JSON text'));
    const bytes = Buffer.byteLength(raw);
    if (bytes <= MAX_FRAME) return inbox.receive(frame, raw, bytes);
    const message = `a frame may have ${MAX_FRAME} bytes`;
    sendError(connection, new ChatError('frame-too-large', message, { limit: MAX_FRAME }), refOf(frame));
  });
  spark.on('error', (error: Error) => {
    // A frame that cannot be parsed; without a listener it would end the process.
    if (isTaken()) sendError(connection, new ChatError('bad-json', 'the frame is not valid JSON'));
    log.debug({ reason: error.message }, 'socket: error');
  });
  spark.on('end', () => inbox.close());
}

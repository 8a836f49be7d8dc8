import type { Spark } from 'primus';
import type { FrameLimit } from '../limits/frame-limit.js';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';
import { dispatch, MAX_FRAME_BYTES, refOf, sendError } from './dispatch.js';
import type { HandlerDependencies } from './handlers/handler.js';
import { INBOX_BYTES, INBOX_FRAMES, Inbox } from './inbox.js';
import { CLOSE_CODES, type SocketConnection } from './socket-connection.js';

export interface FrameIntakeDependencies {
  spark: Spark;
  connection: SocketConnection;
  limit: FrameLimit;
  /** Resolves when the socket has been authenticated, or authentication has failed. */
  authenticated: Promise<void>;
  handlerDependencies: HandlerDependencies;
  log: Log;
}

/** Receives the frames of one socket: counts them, bounds those that wait, and dispatches them. */
export function takeFrames(dependencies: FrameIntakeDependencies): void {
  const { spark, connection, limit, authenticated, handlerDependencies, log } = dependencies;
  let isAuthenticated = false;
  const end = (reason: string) => {
    log.info({ id_user: connection.id_user, reason }, 'socket: closed, as it sends too many frames');
    connection.end(CLOSE_CODES.policyViolation, reason);
  };
  const inbox = new Inbox({
    handle: (frame, isPaced) => {
      const task = () => dispatch(connection, frame, handlerDependencies, log);
      if (!isPaced) return task();
      return handlerDependencies.limits.frequentFrames
        .run(connection.address, task)
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

  // Counts all packets, also those that Primus and engine.io answer by themselves or cannot parse.
  spark.socket.on('packet', () => {
    if (limit.add() === 'end' && !connection.isClosed) end('too many frames');
  });
  const isAccepted = (ref?: string | number) => {
    if (limit.verdict === 'refuse') sendError(connection, limit.error(), ref);
    return limit.verdict === 'take';
  };
  spark.on('data', (frame: unknown, raw: unknown) => {
    if (!isAccepted(refOf(frame))) return;
    // Primus forwards binary packets without parsing them.
    if (typeof raw !== 'string')
      return sendError(connection, new ChatError('bad-json', 'a frame is JSON text'));
    const bytes = Buffer.byteLength(raw);
    if (bytes <= MAX_FRAME_BYTES) return inbox.receive(frame, raw, bytes);
    const message = `a frame may have ${MAX_FRAME_BYTES} bytes`;
    sendError(
      connection,
      new ChatError('frame-too-large', message, { limit: MAX_FRAME_BYTES }),
      refOf(frame),
    );
  });
  spark.on('error', (error: Error) => {
    // A frame that cannot be parsed; without a listener it would end the process.
    if (isAccepted()) sendError(connection, new ChatError('bad-json', 'the frame is not valid JSON'));
    log.debug({ reason: error.message }, 'socket: error');
  });
  spark.on('end', () => inbox.close());
}

import { type Request, type RequestHandler, type Response, Router } from 'express';
import { onlyMethods } from '../middleware/problems.js';
import { requestBody } from '../middleware/request-body.js';
import { type Input, type Operation, readInput, type Shape } from './operation.js';

/** An operation and its handler. */
export interface Endpoint {
  operation: Operation;
  handler: RequestHandler;
}

/** @param handle receives a validated request; its errors are answered as problems */
export function endpoint<P extends Shape, Q extends Shape, H extends Shape, B extends Shape>(
  operation: Operation<P, Q, H, B>,
  handle: (input: Input<P, Q, H, B>, req: Request, res: Response) => void | Promise<void>,
): Endpoint {
  return {
    operation: operation as unknown as Operation,
    handler: async (req, res) => handle(readInput(operation, req), req, res),
  };
}

/** Routes for endpoints, in their order. Each path answers OPTIONS and refuses methods without an endpoint. */
export function serve(endpoints: readonly Endpoint[]): Router {
  const router = Router();
  for (const path of new Set(endpoints.map(({ operation }) => operation.path))) {
    const endpointsOfPath = endpoints.filter(({ operation }) => operation.path === path);
    const route = router.route(path);
    for (const { operation, handler } of endpointsOfPath)
      route[operation.method](...(operation.body ? [requestBody] : []), handler);
    route.all(onlyMethods(...endpointsOfPath.map(({ operation }) => operation.method.toUpperCase())));
  }
  return router;
}

import { type Endpoint, endpoint } from '../openapi/serve.js';
import type { Visitors } from '../visitors.js';
import { getMe, setName } from './operations/people.js';

export interface MeDependencies {
  visitors: Visitors;
}

/** Who the sender of a request is taken for: `{id_user, name}`. A name can be changed, an id cannot. */
export function meEndpoints({ visitors }: MeDependencies): Endpoint[] {
  return [
    endpoint(getMe, async (_input, req, res) => {
      const identity = await visitors.visitor(req, res);
      res.set('Cache-Control', 'no-store').json(identity);
    }),

    endpoint(setName, async ({ body: { name } }, req, res) => {
      res.set('Cache-Control', 'no-store').json(await visitors.rename(req, res, name));
    }),
  ];
}

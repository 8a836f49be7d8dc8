import { type Request, type Response, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';
import { cleanName } from '../../protocol/message.js';
import { onlyMethods } from '../middleware/problems.js';
import { readFields, requestBody } from '../middleware/request-body.js';
import type { SecuredVisitors } from '../secured-visitors.js';
import { textOf } from './rejected-form.js';
import { faultText } from './rows/fault-text.js';

export interface RecoveryPageDependencies {
  securedVisitors: SecuredVisitors;
}

const EXAMPLE_CODE = '7K2QM-X8R4T-0ZPWD-HN6VC';
export const RECOVERY_PATH = '/recover';

/** The page on which guests get their name back. Without JavaScript it takes recovery codes only. */
export function recoveryRouter({ securedVisitors }: RecoveryPageDependencies): Router {
  function show(res: Response, fields: Record<string, unknown>, error?: ChatError) {
    const status = error?.status ?? 200;
    const typed = { name: textOf(fields.name), code: textOf(fields.code) };
    res
      .status(status)
      .set('Cache-Control', 'private, no-store')
      .render('recovery', { typed, error, exampleCode: EXAMPLE_CODE, faultText });
  }

  const router = Router();
  router
    .route(RECOVERY_PATH)
    .get((_req, res) => show(res, {}))
    .post(requestBody, async (req: Request, res: Response) => {
      const fields = readFields(req, undefined);
      try {
        const name = cleanName(fields.name);
        await securedVisitors.recoverByCode(req, res, { name, code: textOf(fields.code) ?? '' });
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        return show(res, fields, error);
      }
      res.redirect(303, '/');
    })
    .all(onlyMethods('GET', 'POST'));
  router
    .route(`${RECOVERY_PATH}/forget`)
    .post(async (req, res) => {
      await securedVisitors.forget(req, res);
      res.redirect(303, '/');
    })
    .all(onlyMethods('POST'));
  return router;
}

import { userSettings } from '../../protocol/entities.js';
import { ChatError } from '../../protocol/errors.js';
import { cleanNotifications } from '../../protocol/notification-changes.js';
import { MAX_ROOM_LEVELS } from '../../protocol/notifications.js';
import {
  type ChoiceName,
  choicesOf,
  cleanSetting,
  type SettingsChanges,
  type UserSettings,
} from '../../protocol/user-settings.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { rule } from '../openapi/rule.js';
import type { MeDependencies } from './me.js';

const about = { path: '/api/me/settings', tag: 'People' } as const;
const response = { description: 'All your settings', schema: userSettings };

const setting = <N extends ChoiceName>(name: N) =>
  rule((value) => cleanSetting(name, value), { type: 'string', enum: choicesOf(name) }).optional();

const getSettings = operation({
  ...about,
  id: 'getSettings',
  method: 'get',
  summary: 'Read your settings',
  description:
    'How pages look and write for you, on all your devices. Settings that you have not set have their defaults.',
  responses: { 200: response },
});

const changeSettings = operation({
  ...about,
  id: 'changeSettings',
  method: 'patch',
  summary: 'Change your settings',
  description: 'The settings that are sent are changed, the others are kept. Open pages apply them at once.',
  body: {
    theme: setting('theme'),
    density: setting('density'),
    clock: setting('clock'),
    language: setting('language'),
    notifications: rule(cleanNotifications, {
      type: 'object',
      description: `Settings of notifications to change. In \`rooms\`, the levels of single rooms are changed, and null removes one; at most ${MAX_ROOM_LEVELS} rooms have a level`,
      examples: [{ rooms: { lobby: 'mentions' } }],
    }).optional(),
  },
  responses: { 200: response },
  errors: ['bad-setting', 'bad-room', 'rate-limited', 'overloaded', 'database-unavailable', 'storage-full'],
});

/** The settings of the sender of a request. */
export function settingsEndpoints({ visitors }: MeDependencies): Endpoint[] {
  return [
    endpoint(getSettings, async (_input, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      res.set('Cache-Control', 'no-store').json(await visitors.settings(id_user));
    }),

    endpoint(changeSettings, async ({ body }, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      res
        .set('Cache-Control', 'no-store')
        .json(await visitors.changeSettings(id_user, givenIn(body), req.ip));
    }),
  ];
}

/** @throws ChatError `bad-setting` for a request without a setting, such as one with a misspelt name */
function givenIn(
  body: { readonly [N in keyof UserSettings]?: SettingsChanges[N] | undefined },
): SettingsChanges {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length > 0) return given;
  throw new ChatError('bad-setting', `the request has none of the settings ${Object.keys(body).join(', ')}`);
}

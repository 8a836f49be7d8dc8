import type { SecuredNames } from '../../server/auth/authenticator.js';
import { sessionEnded } from '../../server/auth/login/session-ended.js';

/** For servers on which no guest has secured a name. */
export const withoutSecuredNames: SecuredNames = {
  isSecured: async () => false,
  follow: () => () => {},
  sessions: {
    find: async () => {
      throw sessionEnded();
    },
    follow: () => () => {},
  },
};

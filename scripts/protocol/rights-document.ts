import { type Action, leastRole, RIGHTS, type Right, UNCLAIMED_RULES } from '../../server/access/rights.js';
import { ACCESS } from '../../server/protocol/room.js';
import { code, table } from '../settings/settings-tables.js';

const HEAD = [
  'Action',
  'Users may …',
  ...ACCESS.map(code),
  code("posting: 'moderators'"),
  'In archived rooms',
];

/** The text of docs/rights.md. */
export function rightsDocument(): string {
  const rows = Object.entries<Right>(RIGHTS).map(([name, right]) => {
    const action = name as Action;
    const least = ACCESS.map((access) => leastRole(action, { ...UNCLAIMED_RULES, access }));
    const restricted = right.isPosting ? 'moderator' : '';
    return [code(name), right.summary, ...least, restricted, right.isWrite ? 'no' : 'yes'];
  });
  return `# Rights

This page is generated from \`server/access/rights.ts\` by \`npm run docs:protocol\`. A user has one role in a room, from
weak to strong: stranger, member, moderator, owner, operator. Each role has the rights of the weaker ones.

- A **member** has a row in the table \`memberships\`, a **moderator** one with \`role: 'moderator'\`.
- The **owner** is the member whose id is the field \`owner\` of the room's row; without that field, the creator
  (\`created_by\`). So a room has at most one owner, and a transfer of ownership is one write.
- An **operator** is a user whose id is in the setting \`ADMINS\`, in all rooms.
- All others are **strangers**. For them, a private room does not exist: every address and frame answers \`no-such-room\`.

The table names the least role of each action by the \`access\` of the room. In a room with \`posting: 'moderators'\`, some
actions need a moderator. An archived room can only be read.

${table(HEAD, rows)}
In a room with \`access: 'members'\` and \`joining: 'request'\`, strangers cannot join by themselves (\`request-needed\`).
Values that the server does not know are read as the strictest ones.

A missing right is answered with \`no-such-room\`, \`not-a-member\`, \`members-only\`, \`read-only\`, \`archived\`,
\`request-needed\` or \`not-allowed\`; [errors.md](errors.md) explains them. A right that ends, ends at every door within a
second: sockets and event streams that are open receive nothing more of the room.
`;
}

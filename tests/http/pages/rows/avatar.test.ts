import { expect, test } from 'vitest';
import { HUES, hueClass, initials } from '../../../../server/http/pages/rows/avatar.js';

test('initials come from the first and the last word of a name', () => {
  expect(
    [
      'Ada',
      'ada lovelace',
      'Ada King Lovelace',
      'guest-4821',
      '👩‍🚀 Sally',
      'ß',
      '李 小龙',
      '___',
      'Mia #5f1c',
    ].map(initials),
  ).toEqual(['A', 'AL', 'AL', 'G4', '👩‍🚀S', 'SS', '李小', '_', 'M']);
});

test('the colour of an author depends on the id, or on the name if there is no id', () => {
  const ann = hueClass({ id_user: 'u1', name: 'Ann' });
  expect(hueClass({ id_user: 'u1', name: 'Anna' })).toBe(ann);
  const classes = new Set(
    Array.from({ length: 200 }, (_, i) => hueClass({ id_user: null, name: `name ${i}` })),
  );
  expect(classes.size).toBe(HUES);
});

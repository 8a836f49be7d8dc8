import { expect, test } from 'vitest';
import { toHtml } from '../../../../server/http/pages/html.js';
import { personRow } from '../../../../server/http/pages/rows/person-row.js';

test('a person in the list has an avatar, a name, and the number of further tabs', () => {
  const ann = { id_user: 'a', name: 'Ann <b>', tabs: 1, isSelf: false };
  expect(toHtml(personRow(ann))).toMatch(
    /^<li><span class="avatar hue-\d+" aria-hidden="true">A&lt;<\/span><bdi class="person-name">Ann &lt;b&gt;<\/bdi><\/li>$/,
  );
  expect(toHtml(personRow({ ...ann, tabs: 3, isSelf: true }))).toMatch(
    /<span class="badge">you<\/span><span class="person-tabs">3 tabs<\/span><\/li>$/,
  );
});

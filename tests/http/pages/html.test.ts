import { expect, test } from 'vitest';
import { Html, toHtml } from '../../../server/http/pages/html.js';
import { classes, element } from '../../../server/http/pages/rows/element.js';

test('texts and the values of attributes cannot become markup', () => {
  const tree = element('a', { title: '"><script>' }, '<b>&amp;</b>');
  expect(toHtml(tree)).toBe('<a title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;amp;&lt;/b&gt;</a>');
});

test('an attribute is written when it has a value', () => {
  const attributes = { id: '', hidden: true, class: null, title: undefined, disabled: false };
  expect(toHtml(element('p', attributes))).toBe('<p id="" hidden></p>');
});

test('elements without content have no end tag', () => {
  expect(toHtml(element('input', { name: 'id' }))).toBe('<input name="id">');
});

test('finished HTML is placed as it is, and empty children are left out', () => {
  const tree = element<Html>('p', {}, new Html('<b>1</b>'), false, null, undefined, element('i', {}, '2'));
  expect(toHtml(tree, '<')).toBe('<p><b>1</b><i>2</i></p>&lt;');
});

test('names of classes that are empty are left out', () => {
  expect(classes('row', false, null, undefined, 0, '', 'own')).toBe('row own');
  expect(classes(false)).toBeNull();
});

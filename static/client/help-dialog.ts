import { t } from '../../server/http/pages/texts/text.js';
import { h } from './elements.js';
import { controlKeyName } from './shortcuts.js';

/** Shows the shortcuts of the page. */
export function showHelp(): void {
  const close = h('button', { type: 'button', class: 'button quiet' }, t('common.close'));
  const dialog = h(
    'dialog',
    { class: 'help', 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title' }, t('help.title')),
    h('dl', {}, ...shortcuts().flatMap(([keys, text]) => [keyList(keys), h('dd', {}, text)])),
    close,
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Alternatives of keys that are pressed together. */
function keyList(alternatives: readonly string[]): HTMLElement {
  return h(
    'dt',
    {},
    ...alternatives.flatMap((keys, i) => [i > 0 && ' ', ...keys.split(' ').map((key) => h('kbd', {}, key))]),
  );
}

function shortcuts(): [keys: string[], text: string][] {
  const control = controlKeyName();
  return [
    [[`${control} K`], t('rooms.goTo')],
    [['/', `${control} Shift F`], t('search.messages')],
    [['Alt ↑', 'Alt ↓'], t('help.nextRoom')],
    [['Alt Shift ↑', 'Alt Shift ↓'], t('help.nextUnread')],
    [['↑'], t('help.editLast')],
    [['Page ↑', 'Page ↓'], t('help.scroll')],
    [['Shift Tab'], t('help.toLog')],
    [['↑', '↓', 'Home', 'End'], t('help.selectMessage')],
    [['Enter', '→'], t('help.toActions')],
    [['E', 'Delete'], t('help.actionKeys')],
    [['Esc'], t('help.escape')],
    [['?', `${control} /`], t('help.title')],
  ];
}

import { isComposing } from './text-field.js';

export interface ShortcutsDependencies {
  openSwitcher: () => void;
  showHelp: () => void;
  /** Shows the next (1) or previous (-1) room of the list. */
  moveToRoom: (step: 1 | -1, onlyUnread: boolean) => void;
  focusComposer: () => void;
  /** @returns false on a server without search */
  openSearch: () => boolean;
}

const TEXT_FIELDS = 'input, textarea, select, [contenteditable]';

/** The shortcuts that work everywhere in the page, unless a dialog is open. */
export function listenForShortcuts(dependencies: ShortcutsDependencies): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isComposing(event)) return;
    const isSwitcher = isWithControl(event) && event.key.toLowerCase() === 'k' && !event.shiftKey;
    const isInDialog = document.querySelector('dialog[open]') !== null;
    // The shortcut closes the switcher too, and the browser has another use for it.
    const isHandled = isInDialog
      ? isSwitcher && document.querySelector('dialog.switcher[open]') !== null
      : true;
    if (!isHandled || !handle(event, isSwitcher, dependencies)) return;
    event.preventDefault();
  });
}

/** @returns whether the key was handled */
function handle(
  event: KeyboardEvent,
  isSwitcher: boolean,
  { openSwitcher, showHelp, moveToRoom, focusComposer, openSearch }: ShortcutsDependencies,
): boolean {
  const { key, code, altKey, ctrlKey, metaKey, shiftKey, target } = event;
  const isPlain = !altKey && !ctrlKey && !metaKey;
  const isInText = target instanceof Element && target.matches(TEXT_FIELDS);
  if (isSwitcher) openSwitcher();
  else if (altKey && !ctrlKey && !metaKey && (key === 'ArrowUp' || key === 'ArrowDown'))
    moveToRoom(key === 'ArrowUp' ? -1 : 1, shiftKey);
  else if ((isWithControl(event) && key === '/') || (key === '?' && isPlain && !isInText)) showHelp();
  // Ctrl F alone is the browser's.
  else if (isWithControl(event) && shiftKey && code === 'KeyF') return openSearch();
  else {
    // A text that is begun anywhere goes to the composer, by the default action of the key.
    const isFree =
      target === document.body || (target instanceof Element && target.matches('.log, .message'));
    if (isFree && isPlain && key === '/' && openSearch()) return true;
    if (isFree && isPlain && (key === 'Escape' || [...key].length === 1) && key !== ' ') focusComposer();
    return false;
  }
  return true;
}

const isWithControl = ({ ctrlKey, metaKey, altKey }: KeyboardEvent) => (ctrlKey || metaKey) && !altKey;

/** The name of the key for shortcuts on this system. */
export const controlKeyName = () => (/^(?:Mac|iP)/.test(navigator.platform) ? '⌘' : 'Ctrl');

import { tParts } from '../texts/text.js';
import { type ElementTree, element } from './element.js';

const key = (name: string) => element('kbd', {}, name);

type Hint = (string | ElementTree)[];

/** The keys of the field for messages. */
export const composerHint = (): Hint =>
  tParts('composer.hint', { enter: key('Enter'), shiftEnter: key('Shift Enter'), up: key('↑') });

/** The keys of the form that edits a message. */
export const editorHint = (): Hint => tParts('editor.hint', { enter: key('Enter'), escape: key('Esc') });

/** The keys of a completion list. */
export const completionHint = (): Hint =>
  tParts('commands.keys', { tab: key('Tab'), up: key('↑'), down: key('↓'), escape: key('Esc') });

/** The script of the pages on which guests secure their name and get it back: passkeys. */

import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { requestApi } from 'changeroom-client';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { t } from '../../../server/http/pages/texts/text.js';

const fault = document.getElementById('passkey-fault');

function showFault(text: string): void {
  if (!fault) return;
  fault.hidden = text === '';
  fault.textContent = text;
}

const post = async <Answer>(url: string, body: object = {}): Promise<Answer> =>
  (await requestApi<Answer>({ method: 'POST', url, body, token: null })).answer;

async function addPasskey(): Promise<string> {
  const optionsJSON = await post<PublicKeyCredentialCreationOptionsJSON>('/api/me/passkeys/challenge');
  await post('/api/me/passkeys', { response: await startRegistration({ optionsJSON }) });
  return '/settings/name?done=secured';
}

async function usePasskey(): Promise<string> {
  const optionsJSON = await post<PublicKeyCredentialRequestOptionsJSON>('/api/recovery/challenge');
  await post('/api/recovery/passkey', { response: await startAuthentication({ optionsJSON }) });
  return '/';
}

/** Shows a button, which leads to another page when its action has succeeded. */
function offer(id: string, act: () => Promise<string>): void {
  const button = document.getElementById(id);
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    showFault('');
    button.disabled = true;
    try {
      location.assign(await act());
    } catch (error) {
      button.disabled = false;
      showFault(reasonOf(error));
    }
  });
}

/** Browsers name their errors as Web Authentication Level 3, sections 5.1.3 and 5.1.4, do. */
function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') return t('passkey.cancelled');
  if (name === 'InvalidStateError') return t('passkey.exists');
  if (name === 'RequestError' || name === 'ConnectionError') return faultText(error as Error);
  return t('passkey.failed');
}

if (browserSupportsWebAuthn()) {
  document.getElementById('passkey-note')?.remove();
  offer('add-passkey', addPasskey);
  offer('use-passkey', usePasskey);
}

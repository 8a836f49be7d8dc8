import { mayHaveMarkup } from '../../server/http/pages/rows/markup/body-nodes.js';
import { roomPath } from '../../server/http/pages/rows/room-path.js';
import { ChatPage } from './chat-page.js';
import { loadMarkup } from './markup-on-demand.js';
import { readPageState } from './page-state.js';

const page = readPageState();
// Pages of history and of forms without a script have addresses of their own; the live room has one address.
const address = roomPath(page.room, page.as?.id_user);
if (location.pathname + location.search !== address) history.replaceState(null, '', address);
document.documentElement.classList.add('scripted');

function start(): void {
  new ChatPage(page);
}

// The page was rendered with all markup: the script must not draw it without.
if (page.messages.some(({ body }) => mayHaveMarkup(body))) void loadMarkup().then(start);
else start();

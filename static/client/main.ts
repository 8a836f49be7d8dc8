import { roomPath } from '../../server/http/pages/rows/room-path.js';
import { readPageState } from './page-state.js';
import { RoomScreen } from './room-screen.js';

const page = readPageState();
// Parts of the history, and forms without a script, have addresses of their own; the live room has one.
const address = roomPath(page.room, page.as?.id_user);
if (location.pathname + location.search !== address) history.replaceState(null, '', address);
document.documentElement.classList.add('scripted');
new RoomScreen(page);

import { roomPath } from '../../server/http/page/room-path.js';
import { readPageState } from './page-state.js';
import { RoomScreen } from './room-screen.js';

const page = readPageState();
// Parts of the history, and forms without a script, have addresses of their own; the live room has one.
if (location.pathname + location.search !== roomPath(page.room))
  history.replaceState(null, '', roomPath(page.room));
document.documentElement.classList.add('scripted');
new RoomScreen(page);

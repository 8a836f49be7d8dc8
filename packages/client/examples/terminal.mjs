// A chat room in a terminal: node terminal.mjs http://localhost:5000 lobby
// Prints the messages of the room, and sends each line of the input as a message.
import { createInterface } from 'node:readline';
import { ChatClient } from 'changeroom-client';

const [url = 'http://localhost:5000', roomName = 'lobby'] = process.argv.slice(2);
const client = new ChatClient({ url });
const room = client.join(roomName);
const printed = new Set();
let isEnded = false;

client.subscribe((event) => {
  if (event.type === 'connection') console.log(`* ${event.state.name}`);
  for (const { id, author, body } of room.messages) {
    if (printed.has(id)) continue;
    printed.add(id);
    console.log(`${author.name}: ${body}`);
  }
  for (const { id, progress, fault } of room.unsent) {
    if (progress !== 'failed') continue;
    console.log(`* not sent: ${fault}`);
    room.discard(id);
  }
  endWhenSent();
});

createInterface({ input: process.stdin })
  .on('line', (line) => line.trim() && room.post(line))
  .on('close', () => {
    isEnded = true;
    endWhenSent();
  });

// Messages stay in the outbox until the room has delivered them, also across lost connections.
function endWhenSent() {
  if (isEnded && room.unsent.length === 0) client.close();
}

client.connect();

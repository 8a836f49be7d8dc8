/** The peer of the benchmark: the smallest Socket.IO chat server. It stores nothing and sends messages to their room. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

interface JoinRoom {
  room: string;
  ref: unknown;
}

interface CreateMessage {
  message: { room: string; body: string };
}

const server = createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
let id = 0;
io.on('connection', (socket) => {
  socket.on('joinRoom', ({ room, ref }: JoinRoom) => {
    socket.join(room);
    socket.emit('frame', { type: 'roomSnapshot', ref });
  });
  socket.on('createMessage', ({ message: { room, body } }: CreateMessage) => {
    id += 1;
    const author = { id_user: socket.id, name: 'Guest 1234' };
    const message = {
      id: `0190a0b0-0000-7000-8000-${String(id).padStart(12, '0')}`,
      room,
      body,
      sent: Date.now(),
      author,
      kind: 'message',
    };
    io.to(room).emit('frame', { type: 'deliverMessage', message });
  });
});
server.listen(0, '127.0.0.1', 4096, () => {
  const { port } = server.address() as AddressInfo;
  console.log(`at http://127.0.0.1:${port}`);
});

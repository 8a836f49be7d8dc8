// The peer: the smallest Socket.IO chat server. It keeps nothing; a message goes straight to its room.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
let id = 0;
io.on('connection', (socket) => {
  socket.on('joinRoom', ({ room, ref }) => {
    socket.join(room);
    socket.emit('frame', { type: 'roomSnapshot', ref });
  });
  socket.on('createMessage', ({ message: { room, body } }) => {
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
server.listen(0, '127.0.0.1', 4096, () => console.log(`at http://127.0.0.1:${server.address().port}`));

import { cleanRoom } from '../../protocol/message.js';
import { cleanRoomSettings } from '../../protocol/room-settings.js';
import type { Handler } from './handler.js';

export const changeRoom: Handler<'changeRoom'> = async (connection, frame, { roomSettings }) => {
  const room = cleanRoom(frame.room);
  const settings = cleanRoomSettings(frame);
  const { id_user } = connection.requireSession();
  await roomSettings.change(room, id_user, settings, connection.address);
  connection.send({ type: 'ack', ref: frame.ref, room });
};

export const setRole: Handler<'setRole'> = async (connection, { ref, role, ...frame }, { roomMembers }) => {
  const room = cleanRoom(frame.room);
  const { id_user } = frame;
  const by = connection.requireSession().id_user;
  await roomMembers.setRole({ room, id_user, by, address: connection.address }, role);
  connection.send({ type: 'ack', ref, room });
};

export const removeMember: Handler<'removeMember'> = async (connection, frame, { roomMembers }) => {
  const room = cleanRoom(frame.room);
  const { id_user, ref } = frame;
  const by = connection.requireSession().id_user;
  await roomMembers.remove({ room, id_user, by, address: connection.address });
  connection.send({ type: 'ack', ref, room });
};

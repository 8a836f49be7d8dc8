import type { Handler } from './handler.js';

export const listRooms: Handler<'listRooms'> = async (connection, frame, { limits, sharedRoomList }) => {
  const { id_user } = connection.requireSession();
  await limits.heavyWork.run(connection.address, async () => {
    const page = await sharedRoomList.page(frame.after, frame.limit);
    connection.requireSameUser(id_user);
    connection.send({ type: 'roomList', ref: frame.ref, ...page });
  });
};

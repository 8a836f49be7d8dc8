import { parseQuery } from '../../search/query/search-query.js';
import { searchIsOff } from '../../search/search.js';
import type { Handler } from './handler.js';

export const openView: Handler<'openView'> = async (connection, { ref, view, q }, { views }) => {
  const { id_user } = connection.requireSession();
  if (!views) throw searchIsOff();
  const query = parseQuery(q);
  const { address } = connection;
  await connection.views.replace(view, (isWanted) => {
    const send: typeof connection.send = (frame) => {
      if (isWanted()) connection.send(frame);
    };
    return views.open({
      query,
      id_user,
      address,
      listener: {
        opened: (opened) => send({ type: 'viewOpened', ref, view, q: query.text, ...opened }),
        put: (change) => send({ type: 'viewMessage', view, ...change }),
        removed: (room, id) => send({ type: 'viewRemoved', view, room, id }),
        live: (live) => send({ type: 'viewState', view, live }),
      },
    });
  });
};

export const closeView: Handler<'closeView'> = (connection, { ref, view }) => {
  connection.views.close(view);
  connection.send({ type: 'ack', ref });
};

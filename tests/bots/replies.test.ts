import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_COOKIE } from '../../server/auth/credentials.js';
import { MAX_REPLY_BYTES } from '../../server/bots/bot-reply.js';
import { COMMAND_LIFETIME_MS } from '../../server/bots/command-tokens.js';
import { AUDIENCE, Issuer, makeKey } from '../auth/issuer.js';
import { post } from '../http/client.js';
import { openDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf, type Delivered } from './broker-client.js';
import { type Chat, enter, reached, repliesTo, say, startChat, storedIn } from './chat.js';

const SECRET = 'a-secret-of-the-bots';

describe('replies of bots', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterAll(() => broker?.stop());

  describe('with the token of a command', () => {
    let bot: BrokerClient;
    let chat: Chat;
    let commands: Delivered[];
    let rejected: Delivered[];
    /** Delay of the server's clock, in milliseconds. */
    let back = 0;

    beforeAll(async () => {
      const env = { AMQP_BOT_SECRET: SECRET };
      const overrides = { bots: { now: () => Date.now() - back } };
      [bot, chat] = await Promise.all([
        BrokerClient.open(broker.url),
        startChat(broker.url, { env, overrides }),
      ]);
      await reached(chat);
      commands = await bot.read(chat.queues.commands);
      rejected = await bot.read(chat.queues.rejected);
    });
    afterAll(async () => {
      await bot?.close();
      await chat?.stop();
    });

    /** Writes a command in a room. @returns what a bot receives */
    async function commanded(room: string, text = '/ask') {
      const client = await enter(chat, room);
      const id = await say(client, room, text);
      const delivered = await until('the command is delivered', () =>
        commands.find((one) => one.messageId === id),
      );
      return { client, command: commandOf(delivered) };
    }
    const reply = (content: object | string, options = {}) => bot.send(chat.queues.replies, content, options);

    test('a reply in the original form becomes a message of a bot in the room of the command', async () => {
      const { client, command } = await commanded('form');
      const { chatroom, token } = command;
      await reply({ chatroom, token, message: ' It is so. \r\nReally. ' });
      await until('the reply is delivered', () => repliesTo(client).length === 1);
      expect(repliesTo(client)).toEqual([
        {
          id: expect.any(String),
          room: 'form',
          body: 'It is so. \nReally.',
          sent: expect.any(Number),
          author: { id_user: null, name: 'bot' },
          kind: 'bot',
        },
      ]);
      expect((await storedIn(chat, 'form')).at(-1)).toEqual(repliesTo(client)[0]);
      // A bot may give its name, and reply more than once with one token.
      await reply({ chatroom, token, message: 'second', name: 'Oracle', id: '2' });
      await reply({ chatroom, token, message: 'third', name: 'Oracle' }, { messageId: '3' });
      await until('all are delivered', () => repliesTo(client).length === 3);
      expect(repliesTo(client).map(({ author, body }) => [author.name, body])).toEqual([
        ['bot', 'It is so. \nReally.'],
        ['Oracle', 'second'],
        ['Oracle', 'third'],
      ]);
      client.close();
    });

    test('a reply that is delivered twice is one message', async () => {
      const { client, command } = await commanded('twice');
      const { chatroom, token, id } = command;
      for (const content of [{}, { id }, { id: 'own' }, { id: 'own' }, {}]) {
        await reply({ chatroom, token, message: `as ${JSON.stringify(content)}`, ...content });
      }
      for (let i = 0; i < 2; i += 1) await reply({ chatroom, token: SECRET, message: 'unsolicited', id });
      await reply({ chatroom, token, message: 'last', id: 'last' });
      await until('the last reply is stored', () => repliesTo(client).some(({ body }) => body === 'last'));
      expect(repliesTo(client).map(({ body }) => body)).toEqual(['as {}', 'as {"id":"own"}', 'last']);
      client.close();
    });

    test('a reply with the secret of bots is written to any room', async () => {
      const client = await enter(chat, 'unasked');
      await reply({
        chatroom: 'unasked',
        token: SECRET,
        message: 'good morning',
        name: 'Clock',
        id: 'today',
      });
      await until('the reply is delivered', () => repliesTo(client).length === 1);
      expect(repliesTo(client)[0]).toMatchObject({ body: 'good morning', author: { name: 'Clock' } });
      client.close();
    });

    test('an invalid reply is rejected with the reason, and does not block the replies behind it', async () => {
      const { client, command } = await commanded('faults');
      const { chatroom, token } = command;
      back = 2 * COMMAND_LIFETIME_MS;
      const expired = (await commanded('faults', '/old')).command.token;
      back = 0;
      const good = { chatroom, token, message: 'x' };
      const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
      const [, payload = '', signature = ''] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const elsewhere = Buffer.from(JSON.stringify({ ...claims, room: 'other' })).toString('base64url');
      const faults: [content: object | string, reason: string][] = [
        ['not JSON', 'bad-json: the reply is not JSON in UTF-8'],
        ['', 'bad-json: the reply is not JSON in UTF-8'],
        ['null', 'bad-request: the reply must be a JSON object'],
        [[good], 'bad-request: the reply must be a JSON object'],
        [{ ...good, token: undefined }, 'bad-request: token is missing'],
        [{ ...good, token: { $ne: '' } }, 'bad-request: token is missing'],
        [{ ...good, token: 'x'.repeat(8193) }, 'bad-request: token is longer than 8192 characters'],
        [{ ...good, token: 'mine' }, 'bad-token: '],
        [{ ...good, token: 'command.' }, 'bad-token: '],
        [{ ...good, token: forged }, 'bad-token: '],
        [{ ...good, chatroom: 'other', token: `command.${elsewhere}.${signature}` }, 'bad-token: '],
        [{ ...good, chatroom: 'other' }, 'bad-token: the token is for another room'],
        [{ ...good, token: expired }, 'token-expired: '],
        [{ ...good, chatroom: '' }, 'bad-room: chatroom is empty'],
        [{ ...good, chatroom: 'x'.repeat(65) }, 'bad-room: chatroom is longer than 64 characters'],
        [{ ...good, message: undefined }, 'bad-body: body is missing'],
        [{ ...good, message: 7 }, 'bad-body: body must be a string'],
        [{ ...good, message: 'x'.repeat(4001) }, 'bad-body: body is longer than 4000 characters'],
        [{ ...good, message: 'x'.repeat(MAX_REPLY_BYTES) }, 'body-too-large: a reply may have 65536 bytes'],
        [{ ...good, id: 7 }, 'bad-request: id must be a string of 1 to 255 characters'],
        [{ ...good, name: 'x'.repeat(41) }, 'bad-name: name is longer than 40 characters'],
      ];
      for (const [content] of faults) await reply(content, { messageId: undefined });
      await reply({ ...good, message: 'a good one' });
      await until('the valid reply is delivered', () => repliesTo(client).length > 0);
      await until('the others are rejected', () => rejected.length === faults.length);
      const reasons = rejected.map(({ content, headers }) => [content, headers.reason] as const);
      for (const [content, reason] of faults) {
        const text = typeof content === 'string' ? content : JSON.stringify(content);
        expect(reasons).toContainEqual([text, expect.stringContaining(reason)]);
      }
      expect(repliesTo(client).map(({ body }) => body)).toEqual(['a good one']);
      expect(await storedIn(chat, 'other')).toEqual([]);
      client.close();
    });

    test('a command has one reply without an id, and a different one is rejected', async () => {
      const { client, command } = await commanded('one');
      const { chatroom, token } = command;
      for (const message of ['first', 'first', 'second']) await reply({ chatroom, token, message });
      await reply({ chatroom, token, message: 'third', id: 'of its own' });
      await until('the last reply is stored', () => repliesTo(client).length === 2);
      expect(repliesTo(client).map(({ body }) => body)).toEqual(['first', 'third']);
      const isSecond = ({ content }: Delivered) => content.includes('"second"');
      const { headers } = await until('the second reply is rejected', () => rejected.find(isSecond));
      expect(headers.reason).toMatch(/^id-taken: the command has a reply already/);
      client.close();
    });

    test('a command has at most 100 replies, without repeated and rejected ones', async () => {
      const { client, command } = await commanded('many');
      const { chatroom, token } = command;
      const send = (n: number) => reply({ chatroom, token, message: `reply ${n}`, id: `${n}` });
      for (let n = 0; n < 99; n += 1) await send(n);
      for (let n = 0; n < 20; n += 1) await send(n);
      await reply({ chatroom, token, message: '', id: 'empty' });
      await send(99);
      for (const n of [100, 101]) await send(n);
      const isLate = ({ content }: Delivered) => /"reply 10[01]"/.test(content);
      await until('the surplus replies are rejected', () => rejected.filter(isLate).length === 2);
      for (const { headers } of rejected.filter(isLate))
        expect(headers.reason).toBe('too-many-replies: a command may get 100 replies');
      await until('100 replies are delivered', () => repliesTo(client).length === 100);
      // Another command has a count of its own.
      const other = (await commanded('many')).command;
      await reply({ chatroom, token: other.token, message: 'to the other' });
      await until('the reply to the other command is delivered', () =>
        repliesTo(client).some(({ body }) => body === 'to the other'),
      );
      client.close();
    });

    test('an unsolicited reply without an id is a new message, unless the broker has delivered it again', async () => {
      const database = await openDatabase();
      const env = { AMQP_BOT_SECRET: SECRET, SESSION_SECRET: 'the same secret for both of them' };
      const first = await startChat(broker.url, { env, database });
      await reached(first);
      const news = { chatroom: 'news', token: SECRET, message: 'it rains' };
      for (let i = 0; i < 3; i += 1) await bot.send(first.queues.replies, news);
      await until('all replies are stored', async () => (await storedIn(first, 'news')).length === 3);
      await first.stop();

      // Taken by a client that closes without acknowledging it, so that it is delivered again.
      await bot.send(first.queues.replies, news);
      const other = await BrokerClient.open(broker.url);
      await until('the reply is taken', () => other.channel.get(first.queues.replies));
      await other.close();
      const second = await startChat(broker.url, { env: first.env, database });
      await bot.send(first.queues.replies, { ...news, message: 'it snows' });
      await until('the last reply is stored', async () => (await storedIn(second, 'news')).length === 4);
      const bodies = (await storedIn(second, 'news')).map(({ body }) => body);
      expect(bodies).toEqual(['it rains', 'it rains', 'it rains', 'it snows']);
      await second.stop();
      await database.stop();
    });

    test('a reply stays with the broker until the database has stored it', async () => {
      const database = await openDatabase();
      const proxy = await startTcpProxy(database.port);
      const address = database.at(proxy.port);
      const through = { ...database, address };
      const env = { SESSION_SECRET: 'the same secret for both of them' };
      const first = await startChat(broker.url, { env, database: through });
      await reached(first);
      const { replies } = first.queues;
      const asked = await bot.read(first.queues.commands);
      const client = await enter(first, 'patience');
      await say(client, 'patience', '/ask');
      const { chatroom, token } = commandOf(await until('the command is delivered', () => asked[0]));

      const { bots } = first.app.parts;
      proxy.cut();
      for (const id of ['1', '2', '3']) await bot.send(replies, { chatroom, token, message: id, id });
      await until('the replies are taken', () => bots!.repliesInFlight === 3);
      proxy.mend();
      await until('the replies are written', () => repliesTo(client).length === 3);
      await until('the replies are acknowledged', () => bots!.repliesInFlight === 0);

      proxy.cut();
      for (const id of ['3', '4']) await bot.send(replies, { chatroom, token, message: id, id });
      await until('the replies are taken', () => bots!.repliesInFlight === 2);
      client.close();
      await first.stop();
      expect(await bot.depth(replies)).toBe(2);

      proxy.mend();
      const second = await startChat(broker.url, { env: { ...first.env, ...env }, database: through });
      await until('the last reply is stored', async () => (await storedIn(second, 'patience')).length === 5);
      const bodies = (await storedIn(second, 'patience')).map(({ body }) => body);
      expect(bodies.sort()).toEqual(['/ask', '1', '2', '3', '4']);
      await second.stop();
      expect(await bot.depth(replies)).toBe(0);
      await proxy.stop();
      await database.stop();
    });
  });

  describe('with the token of a user', () => {
    let issuer: Issuer;
    let bot: BrokerClient;
    let chat: Chat;
    let rejected: Delivered[];

    beforeAll(async () => {
      issuer = await Issuer.start(await makeKey('1'));
      const { issuer: AUTH_ISSUER, jwksUrl: AUTH_JWKS_URL } = issuer.config;
      const env = { AUTH: 'jwt', AUTH_ISSUER, AUTH_JWKS_URL, AUTH_AUDIENCE: AUDIENCE, LIMIT_MESSAGES: '3' };
      [bot, chat] = await Promise.all([BrokerClient.open(broker.url), startChat(broker.url, { env })]);
      await reached(chat);
      rejected = await bot.read(chat.queues.rejected);
    });
    afterAll(async () => {
      await bot?.close();
      await chat?.stop();
      await issuer?.server.stop();
    });

    const tokenOf = (sub: string, claims = {}) => issuer.sign({ sub, name: sub, ...claims });
    const enterAs = (token: string, room: string) =>
      enter(chat, room, { cookie: `${TOKEN_COOKIE}=${token}` });
    const reply = (content: object) => bot.send(chat.queues.replies, content);
    const reasonOf = async (id: string) => {
      const about = ({ content }: Delivered) => JSON.parse(content).id === id;
      return String((await until('the reply is rejected', () => rejected.find(about))).headers.reason);
    };

    test('a reply with the token of a user is a message of this user, with the rights and limits of the user', async () => {
      const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];
      const headers = { authorization: `Bearer ${ada}` };
      const made = await post(`${chat.url}/api/rooms`, { name: 'club', access: 'members' }, headers);
      expect(made.status).toBe(201);
      const client = await enterAs(ada, 'club');
      const say = (token: string, id: string, chatroom = 'club') =>
        reply({ chatroom, token, message: id, id, name: 'not this' });

      await say(bob, 'uninvited');
      expect(await reasonOf('uninvited')).toMatch(/^not-a-member: /);
      await say(await tokenOf('ada', { exp: Math.floor(Date.now() / 1000) - 3600 }), 'late');
      expect(await reasonOf('late')).toMatch(/^token-expired: /);
      await say(ada, 'invited');
      await until('the reply is delivered', () => repliesTo(client).length === 1);
      expect(repliesTo(client)[0]).toMatchObject({
        body: 'invited',
        author: { id_user: 'ada', name: 'ada' },
        kind: 'bot',
      });
      for (let i = 1; i <= 4; i += 1) await say(bob, `b${i}`, 'lobby');
      expect(await reasonOf('b4')).toMatch(/^rate-limited: /);
      client.close();
    });

    test('a command has a token of its own, which is not accepted elsewhere, and not the token of the user', async () => {
      const token = await tokenOf('eve');
      const client = await enterAs(token, 'lobby');
      const taken = await bot.read(chat.queues.commands);
      await say(client, 'lobby', '/ask');
      const command = await until('the command is delivered', () => taken[0]);
      expect(command.content).not.toContain(token);
      expect(commandOf(command)).toMatchObject({ id_user: 'eve', name: 'eve' });
      const { chatroom, token: given, id } = commandOf(command);
      await reply({ chatroom, token: given, message: 'of the bot', id });
      await until('the reply is delivered', () =>
        repliesTo(client).some(({ body }) => body === 'of the bot'),
      );
      // The token is not accepted elsewhere.
      const headers = { authorization: `Bearer ${given}` };
      expect((await fetch(`${chat.url}/api/me`, { headers })).status).toBe(401);
      client.close();
    });
  });
});

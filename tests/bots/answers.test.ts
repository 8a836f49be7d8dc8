import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_COOKIE } from '../../server/auth/credentials.js';
import { MAX_ANSWER } from '../../server/bots/answer.js';
import { COMMAND_LIFETIME } from '../../server/bots/command-tokens.js';
import { AUDIENCE, Issuer, makeKey } from '../auth/issuer.js';
import { post } from '../http/client.js';
import { openDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf, type Delivered } from './broker-client.js';
import { answersTo, type Chat, enter, reached, say, startChat, storedIn } from './chat.js';

const SECRET = 'a-secret-of-the-bots';

describe('answers of bots', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterAll(() => broker?.stop());

  describe('by token of a command', () => {
    let bot: BrokerClient;
    let chat: Chat;
    let commands: Delivered[];
    let rejected: Delivered[];
    /** Milliseconds by which the server's clock is put back. */
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

    /** Somebody has written a command in a room, and a bot has got it. */
    async function commanded(room: string, text = '/ask') {
      const client = await enter(chat, room);
      const id = await say(client, room, text);
      const delivered = await until('the command', () => commands.find((one) => one.messageId === id));
      return { client, command: commandOf(delivered) };
    }
    const answer = (content: object | string, options = {}) =>
      bot.send(chat.queues.answers, content, options);

    test('in the original form become messages of a bot, in the room of the command', async () => {
      const { client, command } = await commanded('form');
      const { chatroom, token } = command;
      await answer({ chatroom, token, message: ' It is so. \r\nReally. ' });
      await until('it is delivered', () => answersTo(client).length === 1);
      expect(answersTo(client)).toEqual([
        {
          id: expect.any(String),
          room: 'form',
          body: 'It is so. \nReally.',
          sent: expect.any(Number),
          author: { id_user: null, name: 'bot' },
          kind: 'bot',
        },
      ]);
      expect((await storedIn(chat, 'form')).at(-1)).toEqual(answersTo(client)[0]);
      // A bot may say how it is called, and more than once by one token.
      await answer({ chatroom, token, message: 'second', name: 'Oracle', id: '2' });
      await answer({ chatroom, token, message: 'third', name: 'Oracle' }, { messageId: '3' });
      await until('all are delivered', () => answersTo(client).length === 3);
      expect(answersTo(client).map(({ author, body }) => [author.name, body])).toEqual([
        ['bot', 'It is so. \nReally.'],
        ['Oracle', 'second'],
        ['Oracle', 'third'],
      ]);
      client.close();
    });

    test('that come twice are one message', async () => {
      const { client, command } = await commanded('twice');
      const { chatroom, token, id } = command;
      for (const content of [{}, { id }, { id: 'own' }, { id: 'own' }, {}]) {
        await answer({ chatroom, token, message: `as ${JSON.stringify(content)}`, ...content });
      }
      for (let i = 0; i < 2; i += 1) await answer({ chatroom, token: SECRET, message: 'asked by none', id });
      await answer({ chatroom, token, message: 'last', id: 'last' });
      await until('the last', () => answersTo(client).some(({ body }) => body === 'last'));
      expect(answersTo(client).map(({ body }) => body)).toEqual(['as {}', 'as {"id":"own"}', 'last']);
      client.close();
    });

    test('may be written to any room by who knows the secret of the bots', async () => {
      const client = await enter(chat, 'unasked');
      await answer({
        chatroom: 'unasked',
        token: SECRET,
        message: 'good morning',
        name: 'Clock',
        id: 'today',
      });
      await until('it is delivered', () => answersTo(client).length === 1);
      expect(answersTo(client)[0]).toMatchObject({ body: 'good morning', author: { name: 'Clock' } });
      client.close();
    });

    test('that cannot be used are put aside with the reason, and those behind them are written', async () => {
      const { client, command } = await commanded('faults');
      const { chatroom, token } = command;
      back = 2 * COMMAND_LIFETIME;
      const expired = (await commanded('faults', '/old')).command.token;
      back = 0;
      const good = { chatroom, token, message: 'x' };
      const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
      const [, payload = '', signature = ''] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const elsewhere = Buffer.from(JSON.stringify({ ...claims, room: 'other' })).toString('base64url');
      const faults: [content: object | string, reason: string][] = [
        ['not JSON', 'bad-json: the answer is not JSON in UTF-8'],
        ['', 'bad-json: the answer is not JSON in UTF-8'],
        ['null', 'bad-request: the answer must be a JSON object'],
        [[good], 'bad-request: the answer must be a JSON object'],
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
        [{ ...good, message: 'x'.repeat(MAX_ANSWER) }, 'body-too-large: an answer may have 65536 bytes'],
        [{ ...good, id: 7 }, 'bad-request: id must be a string of 1 to 255 characters'],
        [{ ...good, name: 'x'.repeat(41) }, 'bad-name: name is longer than 40 characters'],
      ];
      for (const [content] of faults) await answer(content, { messageId: undefined });
      await answer({ ...good, message: 'a good one' });
      await until('the good one', () => answersTo(client).length > 0);
      await until('all others', () => rejected.length === faults.length);
      const reasons = rejected.map(({ content, headers }) => [content, headers.reason] as const);
      for (const [content, reason] of faults) {
        const text = typeof content === 'string' ? content : JSON.stringify(content);
        expect(reasons).toContainEqual([text, expect.stringContaining(reason)]);
      }
      expect(answersTo(client).map(({ body }) => body)).toEqual(['a good one']);
      expect(await storedIn(chat, 'other')).toEqual([]);
      client.close();
    });

    test('without an id are one to a command; a different one is rejected', async () => {
      const { client, command } = await commanded('one');
      const { chatroom, token } = command;
      for (const message of ['first', 'first', 'second']) await answer({ chatroom, token, message });
      await answer({ chatroom, token, message: 'third', id: 'of its own' });
      await until('the last', () => answersTo(client).length === 2);
      expect(answersTo(client).map(({ body }) => body)).toEqual(['first', 'third']);
      const isSecond = ({ content }: Delivered) => content.includes('"second"');
      const { headers } = await until('the second', () => rejected.find(isSecond));
      expect(headers.reason).toMatch(/^id-taken: the command was answered already/);
      client.close();
    });

    test('are at most 100 to a command, repeated and rejected ones not counted', async () => {
      const { client, command } = await commanded('many');
      const { chatroom, token } = command;
      const send = (n: number) => answer({ chatroom, token, message: `answer ${n}`, id: `${n}` });
      for (let n = 0; n < 99; n += 1) await send(n);
      for (let n = 0; n < 20; n += 1) await send(n);
      await answer({ chatroom, token, message: '', id: 'empty' });
      await send(99);
      for (const n of [100, 101]) await send(n);
      const isLate = ({ content }: Delivered) => /"answer 10[01]"/.test(content);
      await until('the late ones', () => rejected.filter(isLate).length === 2);
      for (const { headers } of rejected.filter(isLate))
        expect(headers.reason).toBe('too-many-answers: a command may get 100 answers');
      await until('all others', () => answersTo(client).length === 100);
      // Another command has its own count.
      const other = (await commanded('many')).command;
      await answer({ chatroom, token: other.token, message: 'to the other' });
      await until('the other', () => answersTo(client).some(({ body }) => body === 'to the other'));
      client.close();
    });

    test('that nobody has asked for may say the same again, unless it is a delivery that is repeated', async () => {
      const database = await openDatabase();
      const env = { AMQP_BOT_SECRET: SECRET, SESSION_SECRET: 'the same secret for both of them' };
      const first = await startChat(broker.url, { env, database });
      await reached(first);
      const news = { chatroom: 'news', token: SECRET, message: 'it rains' };
      for (let i = 0; i < 3; i += 1) await bot.send(first.queues.answers, news);
      await until('all', async () => (await storedIn(first, 'news')).length === 3);
      await first.stop();

      // Taken by somebody who goes away with it, so that it is delivered again.
      await bot.send(first.queues.answers, news);
      const other = await BrokerClient.open(broker.url);
      await until('it is taken', () => other.channel.get(first.queues.answers));
      await other.close();
      const second = await startChat(broker.url, { env: first.env, database });
      await bot.send(first.queues.answers, { ...news, message: 'it snows' });
      await until('the last', async () => (await storedIn(second, 'news')).length === 4);
      const bodies = (await storedIn(second, 'news')).map(({ body }) => body);
      expect(bodies).toEqual(['it rains', 'it rains', 'it rains', 'it snows']);
      await second.stop();
      await database.stop();
    });

    test('stay with the broker until the database has them', async () => {
      const database = await openDatabase();
      const proxy = await startTcpProxy(database.port);
      const address = database.at(proxy.port);
      const through = { ...database, address };
      const env = { SESSION_SECRET: 'the same secret for both of them' };
      const first = await startChat(broker.url, { env, database: through });
      await reached(first);
      const { answers } = first.queues;
      const asked = await bot.read(first.queues.commands);
      const client = await enter(first, 'patience');
      await say(client, 'patience', '/ask');
      const { chatroom, token } = commandOf(await until('the command', () => asked[0]));

      const { bots } = first.app.parts;
      proxy.cut();
      for (const id of ['1', '2', '3']) await bot.send(answers, { chatroom, token, message: id, id });
      await until('they are taken', () => bots!.answersInFlight === 3);
      proxy.mend();
      await until('they are written', () => answersTo(client).length === 3);
      await until('they are acknowledged', () => bots!.answersInFlight === 0);

      proxy.cut();
      for (const id of ['3', '4']) await bot.send(answers, { chatroom, token, message: id, id });
      await until('they are taken', () => bots!.answersInFlight === 2);
      client.close();
      await first.stop();
      expect(await bot.depth(answers)).toBe(2);

      proxy.mend();
      const second = await startChat(broker.url, { env: { ...first.env, ...env }, database: through });
      await until('the last', async () => (await storedIn(second, 'patience')).length === 5);
      const bodies = (await storedIn(second, 'patience')).map(({ body }) => body);
      expect(bodies.sort()).toEqual(['/ask', '1', '2', '3', '4']);
      await second.stop();
      expect(await bot.depth(answers)).toBe(0);
      await proxy.stop();
      await database.stop();
    });
  });

  describe('by token of a user', () => {
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
    const answer = (content: object) => bot.send(chat.queues.answers, content);
    const reasonOf = async (id: string) => {
      const about = ({ content }: Delivered) => JSON.parse(content).id === id;
      return String((await until('it is rejected', () => rejected.find(about))).headers.reason);
    };

    test('are in the name of the user, only where and as often as the user may write', async () => {
      const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];
      const headers = { authorization: `Bearer ${ada}` };
      const made = await post(`${chat.url}/api/rooms`, { name: 'club', access: 'members' }, headers);
      expect(made.status).toBe(201);
      const client = await enterAs(ada, 'club');
      const say = (token: string, id: string, chatroom = 'club') =>
        answer({ chatroom, token, message: id, id, name: 'not this' });

      await say(bob, 'uninvited');
      expect(await reasonOf('uninvited')).toMatch(/^not-a-member: /);
      await say(await tokenOf('ada', { exp: Math.floor(Date.now() / 1000) - 3600 }), 'late');
      expect(await reasonOf('late')).toMatch(/^token-expired: /);
      await say(ada, 'invited');
      await until('it is delivered', () => answersTo(client).length === 1);
      expect(answersTo(client)[0]).toMatchObject({
        body: 'invited',
        author: { id_user: 'ada', name: 'ada' },
        kind: 'bot',
      });
      for (let i = 1; i <= 4; i += 1) await say(bob, `b${i}`, 'lobby');
      expect(await reasonOf('b4')).toMatch(/^rate-limited: /);
      client.close();
    });

    test('need no token of a user where a command was asked, and commands do not carry any', async () => {
      const token = await tokenOf('eve');
      const client = await enterAs(token, 'lobby');
      const taken = await bot.read(chat.queues.commands);
      await say(client, 'lobby', '/ask');
      const command = await until('the command', () => taken[0]);
      expect(command.content).not.toContain(token);
      expect(commandOf(command)).toMatchObject({ id_user: 'eve', name: 'eve' });
      const { chatroom, token: given, id } = commandOf(command);
      await answer({ chatroom, token: given, message: 'of the bot', id });
      await until('it is delivered', () => answersTo(client).some(({ body }) => body === 'of the bot'));
      // It opens no other door.
      const headers = { authorization: `Bearer ${given}` };
      expect((await fetch(`${chat.url}/api/me`, { headers })).status).toBe(401);
      client.close();
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_COOKIE } from '../../server/auth/credentials.js';
import { AUDIENCE, Issuer, makeKey } from '../auth/issuer.js';
import { post } from '../http/client.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf, type Delivered } from './broker-client.js';
import { answersTo, type Chat, enter, reached, say, startChat } from './chat.js';

describe('answers by token of a user', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let issuer: Issuer;
  let bot: BrokerClient;
  let chat: Chat;
  let rejected: Delivered[];

  beforeAll(async () => {
    [broker, issuer] = await Promise.all([startRabbitmq(), makeKey('1').then((key) => Issuer.start(key))]);
    const { issuer: AUTH_ISSUER, jwksUrl: AUTH_JWKS_URL } = issuer.config;
    const env = { AUTH: 'jwt', AUTH_ISSUER, AUTH_JWKS_URL, AUTH_AUDIENCE: AUDIENCE, LIMIT_MESSAGES: '3' };
    [bot, chat] = await Promise.all([BrokerClient.open(broker.url), startChat(broker.url, { env })]);
    await reached(chat);
    rejected = await bot.read(chat.queues.rejected);
  });
  afterAll(async () => {
    await bot?.close();
    await chat?.stop();
    await broker?.stop();
    await issuer?.server.stop();
  });

  const tokenOf = (sub: string, claims = {}) => issuer.sign({ sub, name: sub, ...claims });
  const enterAs = (token: string, room: string) => enter(chat, room, { cookie: `${TOKEN_COOKIE}=${token}` });
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

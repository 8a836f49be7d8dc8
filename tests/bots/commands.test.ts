import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf, type Delivered } from './broker-client.js';
import { answersTo, type Chat, enter, reached, say, startChat } from './chat.js';

describe('commands', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let bot: BrokerClient;
  let chat: Chat;
  /** What nobody has a queue of his own for. */
  let taken: Delivered[];

  beforeAll(async () => {
    broker = await startRabbitmq();
    [bot, chat] = await Promise.all([BrokerClient.open(broker.url), startChat(broker.url)]);
    await reached(chat);
    taken = await bot.read(chat.queues.commands);
  });
  beforeEach(() => taken.splice(0));
  afterAll(async () => {
    await bot?.close();
    await chat?.stop();
    await broker?.stop();
  });

  test('of sockets and of REST reach the queue, and what is none does not', async () => {
    const ann = await enter(chat, 'talk');
    const cookie = await cookieOfGuest(chat.url, 'Rex');
    const me = await jsonOf(await fetch(`${chat.url}/api/me`, { headers: { cookie } }));
    for (const text of ['hello /roll', '/usr/bin', '/ x', '/', '//', '/9lives', '1/2'])
      await say(ann, 'talk', text);
    const typed = await say(ann, 'talk', '/Roll 2d6');
    const posted = await post(`${chat.url}/api/rooms/talk/messages`, { body: '/stock=aapl.us' }, { cookie });
    expect(posted.status).toBe(201);
    expect(posted.headers.get('notice')).toBeNull();

    await until('both are there', () => taken.length === 2);
    const welcome = ann.latest('welcome')!;
    expect(taken.map(commandOf)).toEqual([
      {
        chatroom: 'talk',
        token: expect.stringMatching(/^command\./),
        message: '/Roll 2d6',
        id: typed,
        id_user: welcome.user.id_user,
        name: welcome.user.name,
      },
      {
        chatroom: 'talk',
        token: expect.any(String),
        message: '/stock=aapl.us',
        id: (await jsonOf(posted)).id,
        id_user: me.id_user,
        name: 'Rex',
      },
    ]);
    expect(taken[0]!.messageId).toBe(typed);
    expect(ann.latest('error')).toBeUndefined();

    // What a bot says is no command, although it looks like one.
    const { token } = commandOf(taken[0]!);
    await bot.send(chat.queues.answers, { chatroom: 'talk', token, message: '/roll 2d6' });
    await until('it is answered', () => answersTo(ann).length === 1);
    const last = await say(ann, 'talk', '/last');
    await until('the last', () => taken.some(({ messageId }) => messageId === last));
    expect(taken).toHaveLength(3);
    ann.close();
  });

  test('are told apart by name, for a bot with a queue of its own', async () => {
    const { commands } = chat.queues;
    const { queue } = await bot.channel.assertQueue('', { exclusive: true, durable: false });
    await bot.channel.bindQueue(queue, commands, 'weather');
    const own = await bot.read(queue);
    const ann = await enter(chat, 'weather');
    for (const text of ['/weather: Vienna', '/WEATHER', '/weathercock', '/weather-map x'])
      await say(ann, 'weather', text);
    const last = await say(ann, 'weather', '/last');
    await until('the last', () => taken.some(({ messageId }) => messageId === last));
    await until('both for the bot', () => own.length === 2);
    expect(own.map((one) => commandOf(one).message)).toEqual(['/weather: Vienna', '/WEATHER']);
    expect(taken.map((one) => commandOf(one).message)).toEqual(['/weathercock', '/weather-map x', '/last']);
    ann.close();
  });
});

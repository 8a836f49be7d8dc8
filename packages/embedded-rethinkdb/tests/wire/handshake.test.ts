import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/start.js';
import { MAGIC, message, RawClient } from './raw-client.js';

let server: TestServer;
const clients: RawClient[] = [];

beforeAll(async () => {
  server = await startTestServer({ password: 'pa,ss=wörd' });
});
afterAll(async () => {
  for (const { socket } of clients) socket.destroy();
  await server.stop();
  expect(server.faults).toEqual([]);
});

function client(): RawClient {
  const raw = new RawClient(server);
  clients.push(raw);
  return raw;
}

const little = (number: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
};
const first = {
  protocol_version: 0,
  authentication_method: 'SCRAM-SHA-256',
  authentication: 'n,,n=admin,r=abc',
};

describe('the handshake V1_0', () => {
  test('the handshake V1_0 authenticates the server to the client', async () => {
    const raw = client();
    const last = await raw.login('pa,ss=wörd');
    expect(last).toEqual({ success: true, authentication: expect.stringMatching(/^v=[A-Za-z0-9+/]{43}=$/) });
    expect(await raw.ask(1n, [1, 5])).toMatchObject({ t: 1, r: [5] });
  });

  test('the handshake V1_0 sends the versions first', async () => {
    const raw = client();
    raw.send(MAGIC);
    expect(await raw.json()).toEqual({
      success: true,
      min_protocol_version: 0,
      max_protocol_version: 0,
      server_version: expect.stringMatching(/^2\.4\./),
    });
  });

  test('the handshake V1_0 can be received byte by byte', async () => {
    const raw = client();
    for (const byte of Buffer.concat([MAGIC, Buffer.from(message(first))])) raw.send(Buffer.from([byte]));
    await raw.json();
    expect(await raw.json()).toMatchObject({
      success: true,
      authentication: expect.stringMatching(/^r=abc.+,s=.+,i=4096$/),
    });
  });

  test.each([
    [{ ...first, protocol_version: '0' }, 1, 'Expected a number for `protocol_version`.'],
    [{ ...first, protocol_version: 1 }, 2, 'Unsupported `protocol_version`.'],
    [{ ...first, authentication_method: 1 }, 3, 'Expected a string for `authentication_method`.'],
    [{ ...first, authentication_method: 'PLAIN' }, 4, 'Unsupported `authentication_method`.'],
    [{ ...first, authentication: null }, 5, 'Expected a string for `authentication`.'],
    [{ ...first, authentication: 'garbage' }, 15, 'Channel binding is not supported'],
    [{ ...first, authentication: 'n,,garbage' }, 10, 'Invalid encoding'],
    [{ ...first, authentication: 'n,,n=admin' }, 10, 'Invalid encoding'],
    [{ ...first, authentication: 'n,,n=ad=min,r=x' }, 18, 'Invalid username encoding'],
    [{ ...first, authentication: 'n,,m=x,n=admin,r=x' }, 11, 'Extensions not supported'],
    [[1], 1, 'Expected a number for `protocol_version`.'],
    [null, 9, 'Failed to convert JSON to datum.'],
  ])('the handshake V1_0 refuses %j with code %i', async (wrong, code, error) => {
    const raw = client();
    raw.send(MAGIC, message(wrong));
    await raw.json();
    expect(await raw.json()).toEqual({ success: false, error_code: code, error });
    await raw.end();
  });

  test('the handshake V1_0 refuses messages that are not JSON or too long', async () => {
    const [noJson, endless] = [client(), client()];
    noJson.send(MAGIC, 'hello\0');
    await noJson.json();
    expect(await noJson.json()).toMatchObject({ error_code: 8, error: 'Invalid JSON object.' });
    endless.send(MAGIC, 'x'.repeat(4000));
    await endless.json();
    expect(await endless.json()).toMatchObject({ error_code: 7, error: 'Limited read buffer size.' });
    await Promise.all([noJson.end(), endless.end()]);
  });

  test('the handshake V1_0 reports a wrong password and an unknown user only at its end', async () => {
    expect(await client().login('wrong')).toEqual({
      success: false,
      error_code: 12,
      error: 'Wrong password',
    });
    expect(await client().login('', 'eve')).toEqual({
      success: false,
      error_code: 17,
      error: 'Unknown user',
    });
  });
});

describe('older handshakes', () => {
  const JSON_ENCODING = little(0x7e6970c7);

  test.each([0x400c2d20, 0x5f75e83e])(
    'older handshakes of the magic number %i take the password as the key',
    async (magic) => {
      const raw = client();
      const password = Buffer.from('pa,ss=wörd');
      raw.send(little(magic), little(password.length), password, JSON_ENCODING);
      expect(await raw.text()).toBe('SUCCESS');
      expect(await raw.ask(1n, [1, [2, [1, 2]]])).toMatchObject({ t: 1, r: [[1, 2]] });
    },
  );

  test('older handshakes are refused with a wrong key, a long key or another encoding', async () => {
    const attempt = async (...parts: Buffer[]) => {
      const raw = client();
      raw.send(little(0x400c2d20), ...parts);
      const answer = await raw.text();
      await raw.end();
      return answer;
    };
    expect(await attempt(little(0), JSON_ENCODING)).toBe('ERROR: Incorrect authorization key.\n');
    expect(await attempt(little(5000))).toBe(
      'ERROR: Client provided an authorization key that is too long.\n',
    );
    const password = Buffer.from('pa,ss=wörd');
    expect(await attempt(little(password.length), password, little(0x271ffc41))).toBe(
      'ERROR: The PROTOBUF client protocol is no longer supported\n',
    );
  });

  test.each([
    ['a browser', 'GET / HTTP/1.1\r\n\r\n', 'ERROR: Received an unsupported protocol version.'],
    ['garbage', '\u0000\u0000\u0000\u0000', 'ERROR: Received an unsupported protocol version.'],
  ])('older handshakes of %s are refused', async (_, bytes, error) => {
    const raw = client();
    raw.send(bytes);
    expect(await raw.text()).toContain(error);
    await raw.end();
  });
});

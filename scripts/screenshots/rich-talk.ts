import type { Community } from './community.js';

const ROOM = 'greenhouse';
const IMAGE = { width: 640, height: 360 };
/** A landscape, drawn by the browser. */
const LANDSCAPE =
  '<body style="margin:0;height:100vh;background:radial-gradient(circle at 70% 35%,#ffe9b0 0 9%,transparent 10%),linear-gradient(170deg,#f7b267,#f4845f 45%,#386641 46%,#6a994e 70%,#a7c957)">';

let isWritten = false;

/** An image, a file, a reply, reactions, a mention, a pin and a formatted message, once for all scenes. */
export async function writeRichTalk({ url, write, personOf, browser }: Community): Promise<void> {
  if (isWritten) return;
  isWritten = true;
  const room = `${url}/api/rooms/${ROOM}`;
  const put = async (name: string, address: string) => {
    await (await personOf(name)).request.put(room + address);
  };
  const upload = async (name: string, file: string, data: Buffer): Promise<string> => {
    const answer = await (await personOf(name)).request.post(`${room}/files?name=${file}`, { data });
    return ((await answer.json()) as { id: string }).id;
  };
  const artist = await browser.newPage({ viewport: IMAGE });
  await artist.setContent(LANDSCAPE);
  const landscape = await artist.screenshot();
  await artist.close();

  const me = await (await personOf('Margaret')).request.get(`${url}/api/me`);
  const { id_user } = (await me.json()) as { id_user: string };
  await write(
    'Grace',
    ROOM,
    `<@${id_user}> can you look at bed 3 after lunch? <@former-member> has the key.`,
  );
  const photo = await upload('Linus', 'hill.png', landscape);
  const image = await write('Linus', ROOM, 'The hill this morning:', { files: [photo] });
  for (const [name, emoji] of [
    ['Ada', '❤️'],
    ['Grace', '❤️'],
    ['Margaret', '❤️'],
    ['Grace', '🌱'],
  ] as const) {
    await put(name, `/messages/${image}/reactions/${encodeURIComponent(emoji)}`);
  }
  const plan = await upload('Ada', 'watering-plan.csv', Buffer.from('bed,litres\n1,12\n2,9\n3,14\n'));
  const pinned = await write('Ada', ROOM, 'The plan for the **week** is here.', { files: [plan] });
  for (const name of ['Ada', 'Margaret']) {
    await (await personOf(name)).request.post(`${room}/join`);
  }
  await put('Ada', `/pins/${pinned}`);
  await write('Margaret', ROOM, 'Beautiful! I come at two.', { reply_to: image });
}

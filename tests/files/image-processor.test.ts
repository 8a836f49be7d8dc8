import { expect, test } from 'vitest';
import { ImageProcessor } from '../../server/files/image-processor.js';
import { UploadSlots } from '../../server/files/upload-slots.js';
import { createLog } from '../../server/telemetry/logger.js';

test('without sharp an image becomes a download, and the log reports it once', async () => {
  const lines: unknown[] = [];
  const log = Object.assign(createLog({ log: 'silent' }), { warn: (line: unknown) => lines.push(line) });
  const images = new ImageProcessor(log, () => Promise.reject(new Error('no binary for this platform')));
  for (let i = 0; i < 2; i++) expect(await images.process(Buffer.from('x'), 'image/png')).toBeNull();
  expect(lines).toEqual([{ reason: 'no binary for this platform' }]);
});

test('a user has four uploads at the same time, an address twelve, and a process twenty-four', () => {
  const slots = new UploadSlots();
  const occupy = (count: number, id_user: string, address: string) =>
    Array.from({ length: count }, () => slots.occupy(id_user, address));
  const [first] = occupy(4, 'ada', '192.0.2.1');
  expect(() => occupy(1, 'ada', '192.0.2.9')).toThrow(expect.objectContaining({ code: 'rate-limited' }));
  first?.();
  first?.();
  occupy(1, 'ada', '192.0.2.1');
  expect(() => occupy(1, 'ada', '192.0.2.1')).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ limit: 4 }) }),
  );
  occupy(4, 'bob', '192.0.2.1');
  occupy(4, 'cleo', '192.0.2.1');
  expect(() => occupy(1, 'dora', '192.0.2.1')).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ limit: 12 }) }),
  );
  for (const user of ['e', 'f', 'g']) occupy(4, user, '198.51.100.7');
  expect(() => occupy(1, 'h', '203.0.113.1')).toThrow(expect.objectContaining({ code: 'overloaded' }));
});

import type { Request, Response } from 'express';
import { z } from 'zod';
import type { FileService } from '../../files/file-service.js';
import { ChatError } from '../../protocol/errors.js';
import type { MessageFile } from '../../protocol/message.js';
import { bodyParts, type FormFile, isMultipart, readMultipart } from '../middleware/multipart.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import { sendFile } from './file-response.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface FilesDependencies {
  files: Pick<FileService, 'maxBytes' | 'upload' | 'open' | 'read' | 'thumbnail'>;
  visitors: Visitors;
}

const tag = 'Files';
const path = '/api/rooms/:room/files';
const params = { room: fields.room };
const ofFile = { params: { ...params, id: fields.fileId }, tag, method: 'get' } as const;

/** Concurrent downloads of a process; each holds a chunk in memory. */
const MAX_DOWNLOADS = 200;

const uploadFile = operation({
  id: 'uploadFile',
  method: 'post',
  path,
  tag,
  summary: 'Upload a file',
  description:
    'The body is the content, or a form (`multipart/form-data`) with one file. Images are stored without metadata. Name the `id` in the next message that you write to this room, within 24 hours.',
  params,
  query: {
    name: z
      .string()
      .optional()
      .meta({ description: 'File name', examples: ['harbour.jpg'] }),
    alt: fields.alt,
  },
  isUpload: true,
  responses: {
    201: {
      description: 'The file',
      schema: responses.messageFile,
      headers: { Location: 'The address of the file' },
    },
  },
  errors: [
    'bad-room',
    'not-a-member',
    'bad-file',
    'bad-alt',
    'file-too-large',
    'file-storage-full',
    'overloaded',
    'request-timeout',
  ],
});

const playgroundUser = z
  .string()
  .optional()
  .describe('On a playground server: the user of the page that shows the file, as for sockets');

const content = {
  description: 'The content; `Content-Type` of an image, otherwise a download',
  type: 'application/octet-stream',
  headers: { ETag: 'Identifies the content, which never changes' },
};
const statuses = {
  200: content,
  206: { ...content, description: 'The part that the header `Range` requests' },
  304: { description: 'You have the file: its tag is in `If-None-Match`' },
  416: { description: 'The file has no such part' },
};
const fileErrors = [
  'bad-room',
  'not-a-member',
  'no-such-file',
  'overloaded',
  'playground-off',
  'no-such-user',
] as const;

const getFile = operation({
  ...ofFile,
  id: 'getFile',
  path: `${path}/:id`,
  summary: 'Download a file',
  query: { id_user: playgroundUser },
  responses: statuses,
  errors: fileErrors,
});

const getThumbnail = operation({
  ...ofFile,
  id: 'getThumbnail',
  path: `${path}/:id/thumbnail`,
  summary: 'Download a small still image of an image',
  description: 'WebP, at most 800 pixels wide and high. For a file without one: the file.',
  query: { id_user: playgroundUser },
  responses: statuses,
  errors: fileErrors,
});

/** Uploads and downloads of files. Rights are checked for every request. */
export function fileEndpoints({ files, visitors }: FilesDependencies): Endpoint[] {
  let downloads = 0;

  async function readerOf(req: Request, id_user: string | undefined): Promise<string> {
    return id_user === undefined ? visitors.reader(req) : (await visitors.playground(id_user)).id_user;
  }

  async function counted(send: () => Promise<void>): Promise<void> {
    if (downloads >= MAX_DOWNLOADS)
      throw new ChatError('overloaded', 'the server sends too many files; try again in a moment', {
        retryAfterMs: 2_000,
      });
    downloads += 1;
    try {
      await send();
    } finally {
      downloads -= 1;
    }
  }

  async function send(
    {
      params: { room, id },
      query,
    }: { params: { room: string; id: string }; query: { id_user?: string | undefined } },
    req: Request,
    res: Response,
    isThumbnail: boolean,
  ): Promise<void> {
    const stored = await files.open(room, id, await readerOf(req, query.id_user));
    const thumbnail = isThumbnail ? await files.thumbnail(stored) : null;
    const { file, chunkBytes } = stored;
    await sendFile(
      req,
      res,
      thumbnail
        ? {
            file: { ...file, name: `${file.name}.webp`, type: 'image/webp', size: thumbnail.length },
            tag: `${id}-thumbnail`,
            hasRanges: true,
            async *read(start, end) {
              yield thumbnail.subarray(start, end + 1);
            },
          }
        : {
            file,
            tag: id,
            hasRanges: chunkBytes !== null,
            read: (start, end) => files.read(stored, start, end),
          },
    );
  }

  return [
    endpoint(uploadFile, async ({ params: { room }, query }, req, res) => {
      const { id_user } = await visitors.visitor(req, res);
      const of = { room, id_user, address: req.ip, alt: query.alt };
      const file = isMultipart(req)
        ? await fileOfForm(req, (part) => files.upload({ ...of, length: undefined, ...part }))
        : await files.upload({
            ...of,
            name: query.name,
            length: announcedLength(req),
            content: bodyParts(req),
          });
      res
        .status(201)
        .location(`${filesPath(room)}/${encodeURIComponent(file.id)}`)
        .json(file);
    }),

    endpoint(getFile, (input, req, res) => counted(() => send(input, req, res, false))),

    endpoint(getThumbnail, (input, req, res) => counted(() => send(input, req, res, true))),
  ];
}

const filesPath = (room: string) => `/api/rooms/${encodeURIComponent(room)}/files`;

/** Stores the file of a form. @throws ChatError `bad-file` for a form without a file */
async function fileOfForm(
  req: Request,
  store: (file: FormFile) => Promise<MessageFile>,
): Promise<MessageFile> {
  let stored: MessageFile | null = null;
  await readMultipart(req, 1, async (file) => {
    stored = await store(file);
  });
  if (!stored) throw new ChatError('bad-file', 'the form has no file', { field: 'file' });
  return stored;
}

/** Bytes of the body, if the client announces them. */
function announcedLength(req: Request): number | undefined {
  const length = req.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

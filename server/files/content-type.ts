/** Bytes from which `detectType` recognises a type. */
export const DETECTION_BYTES = 16;

interface Signature {
  type: string;
  /** Hexadecimal digits of the bytes at `offset`. */
  bytes: string;
  offset?: number;
}

/** The first match counts. Images that are shown in pages, and a few types whose names help in a list of downloads. */
const SIGNATURES: readonly Signature[] = [
  { type: 'image/png', bytes: '89504e470d0a1a0a' },
  { type: 'image/jpeg', bytes: 'ffd8ff' },
  { type: 'image/gif', bytes: hex('GIF87a') },
  { type: 'image/gif', bytes: hex('GIF89a') },
  { type: 'image/webp', bytes: hex('WEBP'), offset: 8 },
  { type: 'image/avif', bytes: hex('ftypavif'), offset: 4 },
  { type: 'image/avif', bytes: hex('ftypavis'), offset: 4 },
  { type: 'application/pdf', bytes: hex('%PDF-') },
  { type: 'application/zip', bytes: hex('PK\u0003\u0004') },
  { type: 'application/gzip', bytes: '1f8b' },
];

/** Images that are decoded and encoded again. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif';

/** The type of a content by its first bytes. Neither the name nor the sender decides about it. */
export function detectType(head: Buffer): string {
  const found = SIGNATURES.find(
    ({ bytes, offset = 0 }) => head.toString('hex', offset, offset + bytes.length / 2) === bytes,
  );
  return found?.type ?? 'application/octet-stream';
}

export function isImageType(type: string): type is ImageType {
  return /^image\/(png|jpeg|gif|webp|avif)$/.test(type);
}

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}

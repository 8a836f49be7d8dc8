import { h } from '../elements.js';

/** Sides of a preview, in pixels. */
const PREVIEW_PIXELS = 72;

/** Draws an image on a canvas at the beginning of a row: the policy of the page allows no addresses of local files. */
export async function showPreview(content: File, row: HTMLElement): Promise<void> {
  try {
    const bitmap = await createImageBitmap(content);
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = h('canvas', {
      class: 'preview',
      width: `${PREVIEW_PIXELS}`,
      height: `${PREVIEW_PIXELS}`,
      'aria-hidden': 'true',
    });
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    canvas.getContext('2d')?.drawImage(bitmap, x, y, side, side, 0, 0, PREVIEW_PIXELS, PREVIEW_PIXELS);
    bitmap.close();
    row.prepend(canvas);
  } catch {
    // The browser cannot decode it, and shows the name alone.
  }
}

/** Shows the thumbnail of a stored image at the beginning of a row. */
export function showThumbnail(address: string, row: HTMLElement): void {
  const query = location.pathname.startsWith('/ui/') ? location.search : '';
  const image = h('img', { class: 'preview', src: address + query, alt: '' });
  // Without a thumbnail, the row shows the name alone.
  image.addEventListener('error', () => image.remove());
  row.prepend(image);
}

/** Image types that browsers show within a page. All other files are downloads, also SVG and HTML. */
export const INLINE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;
export type InlineType = (typeof INLINE_TYPES)[number];

/** Longest side of a thumbnail, in pixels. Smaller images that do not move have none. */
export const THUMBNAIL_PIXELS = 800;

/** Whether pages show a file as an image: its size is known, so that its place is reserved. */
export function isInline({
  type,
  width,
  height,
}: {
  type: string;
  width?: number | undefined;
  height?: number | undefined;
}): boolean {
  return INLINE_TYPES.some((one) => one === type) && Number(width) > 0 && Number(height) > 0;
}

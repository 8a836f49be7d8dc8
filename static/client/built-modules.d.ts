/** Modules that the build makes. */

declare module 'emoji-lines' {
  /** The emoji of scripts/build/emoji-data.ts. */
  const lines: string;
  export default lines;
}

declare module 'styles:*' {
  /** The styles of static/styles/on-demand/. */
  const text: string;
  export default text;
}

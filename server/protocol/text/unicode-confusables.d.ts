declare module 'unicode-confusables' {
  interface Confusables {
    /** Each character replaced by the one that stands for all that look like it, by the data of UTS #39. */
    rectifyConfusion(text: string): string;
  }
  const confusables: Confusables;
  export default confusables;
}

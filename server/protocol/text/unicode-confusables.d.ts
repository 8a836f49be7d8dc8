declare module 'unicode-confusables' {
  interface Confusables {
    /** Replaces each character by the prototype of all characters that look like it (data of UTS #39). */
    rectifyConfusion(text: string): string;
  }
  const confusables: Confusables;
  export default confusables;
}

import type {} from 'ws';

/** Documented in ws' source, not in its type declarations. */
declare module 'ws' {
  export const Sender: {
    /** Encodes one frame (RFC 6455, section 5.2). @returns its header and its payload */
    frame(
      data: Buffer,
      options: { fin: boolean; opcode: number; mask: boolean; readOnly: boolean; rsv1: boolean },
    ): Buffer[];
  };
}

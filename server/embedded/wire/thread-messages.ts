/** What the database's thread is started with. */
export interface WorkerOptions {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/** What the database's thread tells; any message to it means that it shall stop. */
export type WorkerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string };

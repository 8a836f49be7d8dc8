declare module 'endex' {
  import type { Connection } from 'rethinkdb';

  interface Endex {
    db(name: string): Endex;
    table(name: string, options?: object): Endex;
    index(name: string, definition: unknown, options: object): Endex;
    run(connection: Connection): Promise<unknown>;
  }
  const endex: Endex;
  export default endex;
}

/** Whether another server (database, broker, Redis, sign-in service) can be reached. Shown by `/readyz` and `/metrics`. */
export interface ConnectionStatus {
  /** `connecting`: no attempt has succeeded or failed yet. */
  readonly state: 'connecting' | 'up' | 'down';
  /** When the state was entered. */
  readonly since: Date;
  /** Why it is down, for the operator: never sent to users. */
  readonly reason?: string;
}

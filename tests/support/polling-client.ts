/** A socket by long-polling that polls only when it is asked to. */
export class PollingClient {
  private constructor(private readonly address: string) {}

  /** @param url the page's address */
  static async open(url: string, headers: Record<string, string> = {}): Promise<PollingClient> {
    const address = `${url}/primus/?EIO=4&transport=polling`;
    const [, packet] = /^0(\{.*\})$/s.exec(await (await fetch(address, { headers })).text()) ?? [];
    const { sid } = JSON.parse(packet!) as { sid: string };
    return new PollingClient(`${address}&sid=${encodeURIComponent(sid)}`);
  }

  /** Sends frames in one request. @returns its status; 400 when the server has closed the session */
  async post(...frames: object[]): Promise<number> {
    const body = frames.map((frame) => `4${JSON.stringify(frame)}`).join('\u001e');
    return (await fetch(this.address, { method: 'POST', body })).status;
  }

  /** The answer to one poll. */
  poll(): Promise<Response> {
    return fetch(this.address);
  }

  async close(): Promise<void> {
    await fetch(this.address, { method: 'POST', body: '1' });
  }
}

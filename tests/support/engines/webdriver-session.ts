/** The key of an element in answers: https://www.w3.org/TR/webdriver2/#elements */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** A session of a WebDriver server, with the commands that the tests use: https://www.w3.org/TR/webdriver2/ */
export class WebDriverSession {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** @param server the address of the WebDriver server, without a slash at the end */
  static async start(server: string, capabilities: object): Promise<WebDriverSession> {
    const body = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId } = (await send('POST', `${server}/session`, body)) as { sessionId: string };
    return new WebDriverSession(`${server}/session/${sessionId}`);
  }

  async goto(url: string): Promise<void> {
    await send('POST', `${this.#url}/url`, { url });
  }

  /** @returns the value of an expression */
  execute(expression: string): Promise<unknown> {
    return send('POST', `${this.#url}/execute/sync`, { script: `return (${expression})`, args: [] });
  }

  /** Types into the element with the focus. */
  async type(text: string): Promise<void> {
    const element = (await send('GET', `${this.#url}/element/active`)) as Record<typeof ELEMENT, string>;
    await send('POST', `${this.#url}/element/${element[ELEMENT]}/value`, { text });
  }

  async end(): Promise<void> {
    await send('DELETE', this.#url);
  }
}

async function send(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`WebDriver: ${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}

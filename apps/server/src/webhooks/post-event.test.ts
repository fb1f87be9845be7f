import { afterEach, describe, expect, it } from 'vitest';
import { asker, type PosterOptions, poster } from './post-event.ts';
import { type Receiver, startReceiver } from './receiver.fixture.ts';

const parcel = (url: string) => ({
  url: new URL(url),
  body: '{"a":"가"}',
  headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
});

describe('one attempt to deliver a webhook event', () => {
  let receiver: Receiver;
  afterEach(() => receiver?.close());

  const post = (url: string, options: Partial<PosterOptions> = {}) =>
    poster({ resolve: async () => ['127.0.0.1'], policy: 'loopback', ...options })(parcel(url));

  it('goes to the address that was looked at, with the name of the URL in its Host', async () => {
    receiver = await startReceiver();
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return ['127.0.0.1'];
    };
    const url = `http://lms.example.invalid:${receiver.port}/motp?x=1`;
    expect(await post(url, { resolve })).toEqual({ status: 204 });
    expect(asked).toEqual(['lms.example.invalid']);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({
      body: '{"a":"가"}',
      headers: {
        host: `lms.example.invalid:${receiver.port}`,
        'content-length': '11',
        'webhook-id': 'evt_1',
        connection: 'close',
      },
    });
  });

  it('a name that changes after it was looked at leads nowhere else', async () => {
    receiver = await startReceiver();
    const answers = [['1.1.1.1'], ['127.0.0.1']];
    const resolve = async () => answers.shift() ?? [];
    const url = `http://rebinding.invalid:${receiver.port}/`;
    expect(await post(url, { resolve, policy: 'public' })).toEqual({ error: 'address-refused' });
    expect(await post(url, { resolve, policy: 'public' })).toEqual({ error: 'address-refused' });
    expect(await post(url, { resolve: async () => ['127.0.0.1', '1.1.1.1'] })).toEqual({
      error: 'address-refused',
    });
    expect(receiver.received).toEqual([]);
  });

  it.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0x7f000001',
    '2130706433',
    '0.0.0.0',
    '169.254.169.254',
  ])('a public policy refuses https://%s without connecting', async (host) => {
    const resolve = async (name: string) => [name];
    expect(await post(`https://${host}/`, { resolve, policy: 'public' })).toEqual({
      error: 'address-refused',
    });
  });

  it('follows no redirect', async () => {
    receiver = await startReceiver((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${receiver.port}/again` }).end(),
    );
    expect(await post(receiver.url)).toEqual({ status: 307 });
    expect(receiver.received).toHaveLength(1);
  });

  it('reads no reply beyond 64 kB and waits for none: the status is the answer', async () => {
    let isCut = false;
    receiver = await startReceiver((_request, response) => {
      response.on('close', () => {
        isCut = !response.writableFinished;
      });
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    });
    expect(await post(receiver.url)).toEqual({ status: 200 });
    await expect.poll(() => isCut).toBe(true);
  });

  it('gives up in time: on an answer, and on a name', async () => {
    receiver = await startReceiver(() => undefined);
    expect(await post(receiver.url, { timeoutMs: 200 })).toEqual({ error: 'timeout' });
    const resolve = () => new Promise<string[]>(() => undefined);
    expect(await post(receiver.url, { timeoutMs: 50, resolve })).toEqual({ error: 'timeout' });
  });

  it('reads a reply where one is asked for: whole, cut at 64 kB, and not for ever', async () => {
    const ask = (timeoutMs = 10_000) =>
      asker({ resolve: async () => ['127.0.0.1'], policy: 'loopback', timeoutMs })(parcel(receiver.url));
    const texts: (string | undefined)[] = ['{"code":200,"msg":"가"}', 'x'.repeat(200_000), undefined];
    receiver = await startReceiver((_request, response) => {
      const text = texts.shift();
      response.writeHead(200);
      if (text === undefined) response.write('{"code":200');
      else response.end(text);
    });
    expect(await ask()).toEqual({ status: 200, text: '{"code":200,"msg":"가"}' });
    const cut = await ask();
    expect('text' in cut && cut.text.length > 65_536 && cut.text.length < 200_000).toBe(true);
    expect(await ask(200)).toEqual({ error: 'timeout' });
  });

  it('says when nobody answers, or no name is known', async () => {
    expect(await post('http://127.0.0.1:1/')).toEqual({ error: 'unreachable' });
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await post('http://nowhere.invalid/', { resolve })).toEqual({ error: 'unreachable' });
  });
});

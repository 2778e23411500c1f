import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../src/index.ts'

export interface TransportFeatures {
  /** Bytes travel: connections can be cut, and are kept alive. */
  wire: boolean
  /** The application runs in this process. */
  inProcess: boolean
}

/** What holds for the sample application however it is reached. */
const NO_WIRE = 'fetch() has no connection'
const ELSEWHERE = 'the application runs in another process'

export function describeTransport(name: string, open: () => Promise<TestApp>, features: TransportFeatures): void {
  describe(name, () => {
    let t: TestApp
    beforeAll(async () => {
      t = await open()
    })
    afterAll(() => t.close())

    test('asks by every method and gets the answer', async () => {
      await t.get('/').status(200).type('text').text('Hello')
      await t.get('/users/7').status('2xx').type('json').json('/id', '7').json('/tags/0', 'a/b')
      for (const method of ['post', 'put', 'patch', 'delete'] as const) {
        await t[method]('/echo').status(200).json('/method', method.toUpperCase())
      }
      const head = await t
        .head('/users/7')
        .status(200)
        .header('content-length', String(JSON.stringify({ id: '7', name: 'Ada', tags: ['a/b', 'c~d'] }).length))
      expect(head.body).toHaveLength(0)
      await t.options('/users/7').status(204).header('allow', /GET/)
    })

    test('sends queries, fields and bodies', async () => {
      const asked = await t
        .post('/echo')
        .query({ q: 'a b', n: [1, 2], gone: undefined })
        .header('X-One', '1')
        .json({ a: 1 })
      expect(asked.json).toMatchObject({
        query: 'q=a+b&n=1&n=2',
        headers: { 'x-one': '1', 'content-type': 'application/json' },
        body: '{"a":1}',
      })
      const form = await t.post('/echo').form({ a: 'ä', b: [1, true] })
      expect(form.json.body).toBe('a=%C3%A4&b=1&b=true')
      const text = await t.post('/echo', {
        body: 'plain',
        headers: { 'content-type': 'text/x' },
        auth: 'secret-token',
        accept: 'json',
      })
      expect(text.json).toMatchObject({
        body: 'plain',
        headers: { 'content-type': 'text/x', authorization: 'Bearer secret-token', accept: 'application/json' },
      })
      const basic = await t.get('/echo').auth({ user: 'u', password: 'p' })
      expect(basic.json.headers.authorization).toBe('Basic dTpw')
    })

    test('sends a body of unknown length', async () => {
      const parts = async function* () {
        yield 'one '
        yield Buffer.from('two')
      }
      expect((await t.post('/echo').body(parts())).json.body).toBe('one two')
    })

    test('keeps cookies, for each visitor their own', async () => {
      const visitor = t.visitor()
      await visitor.get('/cookie').cookie('seen', 'yes').cookie('seen', { httpOnly: true, path: '/' }).json('/sent', {})
      await visitor.get('/cookie').json('/sent', { seen: 'yes' })
      await t.visitor().get('/cookie').json('/sent', {})
      visitor.cookies.clear()
      await visitor.get('/cookie').json('/sent', {})
    })

    test('follows redirects when told so', async () => {
      await t.get('/moved').redirect('/moved/again')
      const page = await t.get('/moved').redirects().status(200).text('h1', 'Second')
      expect(page.redirects.map(each => [each.status, each.request.target])).toEqual([
        [302, '/moved'],
        [303, '/moved/again'],
      ])
      expect(page.url.pathname).toBe('/pages/2')
      await expect(t.get('/round').redirects(3)).rejects.toThrow(
        /\/round was redirected more than 3 times: \/round → \/round/,
      )
    })

    test('fills forms in as the page has them', async () => {
      const page = await t.get('/pages/1').text('h1', 'Sign up')
      await page
        .submit('#sign-up', { name: 'Grace', topics: ['gas'], plan: 'Large' })
        .status(200)
        .json('/fields', [
          ['token', 't-1'],
          ['name', 'Grace'],
          ['password', ''],
          ['plan', 'l'],
          ['topics', 'gas'],
          ['size', '20'],
          ['about', 'one\r\ntwo'],
          ['locked', 'x'],
          ['do', 'save'],
          ['far', 'away'],
        ])
    })

    test('a body above the limit is 413, and the connection lives or ends in order', async () => {
      await t.post('/echo').body('x'.repeat(5_000)).status(413).problem('body_too_large')
      await t.get('/').status(200)
    })

    test('an answer that is cut is not an answer', async () => {
      await expect(t.get('/cut')).rejects.toThrow(/GET \/cut got an incomplete response/)
      await t.get('/').status(200)
    })

    test('a client that leaves ends the work for it', async () => {
      await expect(t.get('/hold').timeout(50)).rejects.toThrow('GET /hold got no response within 50 ms.')
      await expect.poll(async () => (await t.get('/left')).json.left).toBe(1)
    })

    test('an upload that is cut is not an upload', async ({ skip }) => {
      skip(!features.wire, NO_WIRE)
      await t.faults.abortedUpload(t.post('/echo').body('x'.repeat(500)), 100)
      await t.get('/').status(200)
    })

    test('requests that are written at once are answered in turn', async ({ skip }) => {
      skip(!features.wire, NO_WIRE)
      const raw = t.raw()
      const { host } = new URL(t.url)
      raw.write(
        `GET /users/1 HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /users/2 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      )
      let answers = ''
      for await (const bytes of raw) answers += String(bytes)
      expect(answers.match(/HTTP\/1\.1 200|"id":"\d"/g)).toEqual([
        'HTTP/1.1 200',
        '"id":"1"',
        'HTTP/1.1 200',
        '"id":"2"',
      ])
    })

    test('a body is sent when the server asks for it, and not when it refuses', async ({ skip }) => {
      skip(!features.wire, NO_WIRE)
      const expecting = t.visitor({ headers: { Expect: '100-continue' } })
      const answer = await expecting.post('/echo').body('wanted').status(200).json('/body', 'wanted')
      expect(answer.interim.map(({ status }) => status)).toEqual([100])
      const refused = await expecting.post('/echo').body('x'.repeat(5_000)).status(413)
      expect(refused.interim).toEqual([])
    })

    test('a missing response is reported in time', async () => {
      await expect(t.get('/hang').timeout(50)).rejects.toThrow('GET /hang got no response within 50 ms.')
    })

    test('shows what the server threw and logged', async ({ skip }) => {
      skip(!features.inProcess, ELSEWHERE)
      const response = await t
        .get('/boom')
        .status(500)
        .problem('internal_error')
        .logged('request failed')
        .logged({ level: 'error' })
      expect(response.error).toMatchObject({ message: 'The valve is stuck' })
      expect((await t.get('/').logged({ msg: 'request', path: '/' })).error).toBeUndefined()
    })

    test('hears server-sent events', async ({ skip }) => {
      skip(!features.wire, NO_WIRE)
      const events = t.events('/events')
      expect(await events.next()).toEqual({ type: 'tick', data: 'one', id: '1' })
      expect(await events.next()).toEqual({ type: 'message', data: 'two\nlines', id: '1' })
      expect(await events.next()).toBeUndefined()
      await expect(t.events('/').next()).rejects.toThrow('it is 200 text/plain')
    })

    test('talks over a WebSocket', async ({ skip }) => {
      skip(!features.wire, NO_WIRE)
      const socket = t.websocket('/socket')
      expect(await socket.send('hi').message()).toBe('echo hi')
      expect(await socket.send(Buffer.from([1, 2])).message()).toEqual(Buffer.from([1, 2]))
      expect(await socket.close(1000, 'bye')).toEqual({ code: 1000, reason: 'bye' })
      await expect(t.websocket('/').message()).rejects.toThrow('answered 200 instead of 101')
      await expect(t.websocket('/socket', { headers: { Origin: 'https://evil.example' } }).message()).rejects.toThrow(
        '403',
      )
    })
  })
}

import { describe, expect, test } from 'vitest'
import { Context, type Handler, type HttpOptions } from '../src/index.ts'
import type { RawResponse } from './raw-client.ts'
import { recorder } from './recorder.ts'
import { eventually, serving } from './serving.ts'

const { start, open } = serving()

/** Sends one request with these further lines, over 127.0.0.1, and gives the answer. */
async function ask(
  handler: Handler,
  lines: string[] = [],
  options: HttpOptions = {},
  target = '/',
): Promise<RawResponse> {
  const client = await open(await start(handler, options))
  const fields = ['Host: a.example:81', ...lines].map(line => `${line}\r\n`).join('')
  return (await client.send(`GET ${target} HTTP/1.1\r\n${fields}\r\n`).answers(1))[0]!
}

const see: Handler = c => ({ ip: c.req.ip, protocol: c.req.protocol, host: c.req.host })

describe('the client', () => {
  const direct = { ip: '127.0.0.1', protocol: 'http', host: 'a.example:81' }
  const trusted = { trustedProxies: ['loopback', '10.0.0.0/8', '2001:db8::/32'] }
  const all = {
    ...trusted,
    forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port'],
  } as const
  const claims = ['X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Port: 8443']

  test.each<[string, string[], HttpOptions, object]>([
    ['is the peer', [], {}, direct],
    [
      'is the peer, whatever it writes, where no proxy is trusted',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: evil', 'Forwarded: for=1.1.1.1'],
      {},
      direct,
    ],
    [
      'is the peer where another proxy is trusted',
      ['X-Forwarded-For: 1.1.1.1'],
      { trustedProxies: ['10.0.0.1'] },
      direct,
    ],
    [
      'is what a trusted proxy forwards',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: shop.example'],
      all,
      { ip: '1.1.1.1', protocol: 'https', host: 'shop.example' },
    ],
    [
      'is not what the client writes into fields that its proxy is not said to write',
      ['X-Forwarded-For: 1.1.1.1', ...claims],
      trusted,
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'has the protocol alone from a proxy that writes no other',
      ['X-Forwarded-For: 1.1.1.1', ...claims],
      { ...trusted, forwardedHeader: 'x-forwarded-proto' },
      { ...direct, protocol: 'https' },
    ],
    [
      'has the host alone from a proxy that writes no other',
      ['X-Forwarded-For: 1.1.1.1', ...claims],
      { ...trusted, forwardedHeader: ['x-forwarded-host'] },
      { ...direct, host: 'evil.example' },
    ],
    [
      'has the port alone from a proxy that writes no other, where its host has none',
      ['X-Forwarded-For: 1.1.1.1', ...claims],
      { ...trusted, forwardedHeader: ['x-forwarded-port'] },
      direct,
    ],
    [
      'has nothing of X-Forwarded-For and its companions where the proxies write Forwarded',
      ['X-Forwarded-For: 1.1.1.1', ...claims],
      { ...trusted, forwardedHeader: 'forwarded' },
      direct,
    ],
    [
      'is the right-most address that is not a proxy',
      ['X-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.1.2.3'],
      trusted,
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'is found over several fields',
      ['X-Forwarded-For: 6.6.6.6', 'X-Forwarded-For: 1.1.1.1, 10.1.2.3'],
      trusted,
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'is the outermost proxy where all are trusted',
      ['X-Forwarded-For: 10.0.0.9, 10.1.2.3'],
      trusted,
      { ...direct, ip: '10.0.0.9' },
    ],
    [
      'is not looked for behind an invalid address',
      ['X-Forwarded-For: 6.6.6.6, unknown, 10.1.2.3'],
      trusted,
      { ...direct, ip: '10.1.2.3' },
    ],
    [
      'may have a port, or brackets',
      ['X-Forwarded-For: [2001:4860::8888]:4711, 10.1.2.3:80'],
      trusted,
      { ...direct, ip: '2001:4860::8888' },
    ],
    ['is IPv4 also when mapped', ['X-Forwarded-For: ::ffff:1.1.1.1'], trusted, { ...direct, ip: '1.1.1.1' }],
    [
      'has the protocol of its own hop',
      ['X-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.1.2.3', 'X-Forwarded-Proto: http, https, http'],
      all,
      { ...direct, ip: '1.1.1.1', protocol: 'https' },
    ],
    [
      'ignores protocols other than http and https',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Proto: gopher'],
      all,
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'ignores an invalid host',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Host: evil/path'],
      all,
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'has the port the proxy says',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Host: shop.example', 'X-Forwarded-Port: 8443'],
      all,
      { ...direct, ip: '1.1.1.1', host: 'shop.example:8443' },
    ],
    [
      'has the port of its own hop',
      ['X-Forwarded-For: 1.1.1.1, 10.1.2.3', 'X-Forwarded-Host: shop.example', 'X-Forwarded-Port: 8443, 3000'],
      all,
      { ...direct, ip: '1.1.1.1', host: 'shop.example:8443' },
    ],
    [
      'has its own port where the forwarded one is none',
      ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Host: shop.example', 'X-Forwarded-Port: x'],
      all,
      { ...direct, ip: '1.1.1.1', host: 'shop.example' },
    ],
    ['is found among empty members', ['X-Forwarded-For: ,,1.1.1.1,,'], trusted, { ...direct, ip: '1.1.1.1' }],
    ['has no quotes in X-Forwarded-For', ['X-Forwarded-For: "6.6.6.6, 1.1.1.1"'], trusted, direct],
    [
      'is not hidden by a quote that a client left open',
      ['Forwarded: for=6.6.6.6;x=", for="[2001:4860::8888]:123"'],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '2001:4860::8888' },
    ],
    [
      'is not hidden by a quote left open in another field',
      ['Forwarded: for=6.6.6.6;x="', 'Forwarded: for=1.1.1.1'],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'is no list inside quotes, where escapes are read',
      ['Forwarded: ;host="sh\\op.example";for=1.1.1.1;secret="a,for=6.6.6.6";'],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '1.1.1.1', host: 'shop.example' },
    ],
    [
      'is not read from Forwarded where the proxies write X-Forwarded-For',
      ['Forwarded: for=6.6.6.6;proto=https'],
      trusted,
      direct,
    ],
    [
      'is read from Forwarded where they write that',
      [
        'Forwarded: for=6.6.6.6, for="[2001:4860::8888]:4711";proto=https;host="shop.example", For=10.1.2.3',
        'X-Forwarded-For: 7.7.7.7',
      ],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ip: '2001:4860::8888', protocol: 'https', host: 'shop.example' },
    ],
    [
      'is not looked for behind an invalid element of Forwarded',
      ['Forwarded: for=6.6.6.6, for=7.7.7.7 proto=https, for=10.1.2.3'],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '10.1.2.3' },
    ],
    [
      'is not looked for behind so many elements that no way here has them',
      [`Forwarded: for=1.1.1.1${','.repeat(40)}for=10.1.2.3`],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '10.1.2.3' },
    ],
    [
      'is found behind a few elements that say nothing',
      ['Forwarded: for=1.1.1.1,, ;, for=10.1.2.3 ; by="x\\"y,z" ,'],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '1.1.1.1' },
    ],
    [
      'hides behind an obfuscated identifier',
      ['Forwarded: for=6.6.6.6, for=_hidden, for=10.1.2.3'],
      { ...trusted, forwardedHeader: 'forwarded' },
      { ...direct, ip: '10.1.2.3' },
    ],
  ])('%s', async (_, lines, options, expected) => {
    expect(JSON.parse((await ask(see, lines, options)).body)).toEqual(expected)
  })

  test.each([[true], [1], ['loopback'], [['10.0.0.0/33']], [['proxy.example']], [['']]])(
    'trustedProxies: %j does not start',
    list => {
      const options = { trustedProxies: list as string[] }
      return expect(start(see, options)).rejects.toMatchObject({ code: 'option_invalid' })
    },
  )

  test.each([['x-forwarded'], ['for'], [['forwarded', 'x-forwarded-for']], [[1]], [null]])(
    'forwardedHeader: %j does not start',
    names => {
      const options = { ...trusted, forwardedHeader: names as never }
      const message = expect.stringMatching(/^createServer\(\): the option forwardedHeader /)
      return expect(start(see, options)).rejects.toMatchObject({ code: 'option_invalid', message })
    },
  )

  test('a field that a trusted proxy passes on and is not said to write is mentioned in the log, once', async () => {
    const log = recorder()
    const server = await start(see, { ...trusted, log })
    for (let i = 0; i < 3; i++) {
      const client = await open(server)
      await client.send('GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n').answers(1)
    }
    expect(log.lines('warn').map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/x-forwarded-proto.*forwardedHeader/),
    ])
  })

  test('forwarded without a trusted proxy is logged once', async () => {
    const log = recorder()
    const server = await start(see, { log })
    for (let i = 0; i < 3; i++) {
      const client = await open(server)
      await client.send('GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n').answers(1)
    }
    expect(log.lines('warn').map(({ msg }) => msg)).toEqual([expect.stringContaining('trustedProxies')])
  })
})

describe('the request id', () => {
  const id: Handler = c => c.req.id
  test.each<[string, string[], HttpOptions, RegExp]>([
    ['is made here', [], {}, /^[0-9a-f]{8}-1$/],
    ['is not what just anybody sends', ['X-Request-Id: abcdefgh'], {}, /^[0-9a-f]{8}-1$/],
    [
      'is what a trusted proxy sends',
      ['X-Request-Id: abcdefgh-1.2:3'],
      { trustedProxies: ['loopback'] },
      /^abcdefgh-1\.2:3$/,
    ],
    ['is what a trusted proxy sends, though it is short', ['X-Request-Id: 7'], { trustedProxies: ['loopback'] }, /^7$/],
    ...['', 'a'.repeat(129), 'a, b'].map((given): [string, string[], HttpOptions, RegExp] => [
      `is made here where the proxy’s is ${JSON.stringify(given.slice(0, 10))}`,
      [`X-Request-Id: ${given}`],
      { trustedProxies: ['loopback'] },
      /^[0-9a-f]{8}-1$/,
    ]),
    [
      'is made here when the proxy’s is odd',
      ['X-Request-Id: abcdefgh {}"'],
      { trustedProxies: ['loopback'] },
      /^[0-9a-f]{8}-1$/,
    ],
  ])('%s', async (_, lines, options, expected) => {
    const answer = await ask(id, lines, options)
    expect(answer.body).toMatch(expected)
    expect(answer.head).toContain(`X-Request-Id: ${answer.body}`)
  })

  test('is not sent unless asked for', async () => {
    expect((await ask(() => 'ok')).head).not.toContain('X-Request-Id')
  })
})

describe('c.respond', () => {
  const handler: Handler = c => c.respond({ html: () => c.html('<p>'), json: () => ({ a: 1 }) })

  test.each([
    [[], 200, '<p>'],
    [['Accept: application/json'], 200, '{"a":1}'],
    [['Accept: text/html,*/*;q=0.8'], 200, '<p>'],
    [['Accept: application/json;charset=utf-8'], 200, '{"a":1}'],
    [['Accept: application/json; version="2"; q=0.9, image/png'], 200, '{"a":1}'],
    [['Accept: text/html;level=1'], 200, '<p>'],
  ])('takes the branch that %j likes best, and says that it depends on it', async (lines, status, body) => {
    const answer = await ask(handler, lines)
    expect(answer).toMatchObject({ status, body })
    expect(answer.head).toContain('Vary: Accept')
  })

  test('answers 406 where nothing fits, unless there is an `any`', async () => {
    expect(await ask(handler, ['Accept: image/png'])).toMatchObject({ status: 406 })
    expect(await ask(c => c.respond({ html: () => 'h', any: () => 'any' }), ['Accept: image/png'])).toMatchObject({
      body: 'any',
    })
  })

  test('takes the format of the path before Accept', async () => {
    const formatted =
      (format: string): Handler =>
      c => {
        c.format = format
        return handler(c)
      }
    const answer = await ask(formatted('json'), ['Accept: text/html'])
    expect(answer.body).toBe('{"a":1}')
    expect(answer.head).not.toContain('Vary')
    expect(await ask(formatted('xml'))).toMatchObject({ status: 404 })
  })
})

const typed =
  (type: string, handler: Handler): Handler =>
  c => {
    c.res.headers.set('Content-Type', type)
    return handler(c)
  }

describe('answers', () => {
  test('status and headers of c.res are the defaults, those of the reply win', async () => {
    const answer = await ask(c => {
      c.res.status = 202
      c.res.headers.set('X-A', 'res').set('X-B', 'res')
      return c.text('ok', { headers: { 'x-b': 'reply' } })
    })
    expect(answer.status).toBe(202)
    expect(answer.head.match(/^x-.*$/gim)).toEqual(['X-A: res', 'x-b: reply'])
  })

  test.each<[string, Handler, string]>([
    ['of a bare string is what was set', typed('text/csv', () => 'a,b'), 'text/csv'],
    ['of a bare object is what was set', typed('application/geo+json', () => ({ a: 1 })), 'application/geo+json'],
    ['of an answer that says its own is that', typed('text/csv', c => c.html('<p>')), 'text/html; charset=utf-8'],
    [
      'of an answer is what its own headers say',
      c => {
        const reply = c.text('x')
        reply.headers.set('content-type', 'text/x')
        return reply
      },
      'text/x',
    ],
    [
      'of an error is a problem',
      typed('text/csv', () => {
        throw new Error('a')
      }),
      'application/problem+json',
    ],
  ])('the one Content-Type %s', async (_, handler, type) => {
    const answer = await ask(handler)
    expect(answer.head.match(/^content-type: .*$/gim)).toEqual([`Content-Type: ${type}`])
  })

  test('a stream whose length was set has that length, and no other framing', async () => {
    const answer = await ask(c => {
      c.res.headers.set('Content-Length', 3)
      return c.stream(new Response('abc').body!)
    })
    expect(answer.body).toBe('abc')
    expect(answer.head).not.toContain('Transfer-Encoding')
  })

  test('Connection: close closes, a wrong Content-Length is put right, X-Request-Id is sent once', async () => {
    const answer = await ask(c => {
      c.res.headers.set('Connection', 'close').set('Content-Length', 99).set('X-Request-Id', c.req.id)
      return 'ok'
    })
    expect(answer.head.match(/^(?:connection|content-length|x-request-id): .*$/gim)).toEqual([
      expect.stringMatching(/^X-Request-Id: \S+-1$/),
      'Connection: close',
      'Content-Length: 2',
    ])
  })

  test.each<[number, RegExp]>([
    [204, /^(?![\s\S]*content-)/i],
    [304, /^(?![\s\S]*content-)/i],
    [205, /Content-Length: 0/],
  ])('%i has no content', async (status, head) => {
    const answer = await ask(c => c.text('dropped', status))
    expect(answer).toMatchObject({ status, body: '' })
    expect(answer.head).toMatch(head)
  })

  test('HEAD has the head of GET and no body', async () => {
    const server = await start(c => (c.req.path === '/s' ? c.stream(new Response('abc').body!) : { a: 'ä' }))
    for (const path of ['/', '/s']) {
      const [get, head] = await Promise.all([open(server), open(server)])
      get.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      head.send(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      await eventually(() => get.received.includes('\r\n\r\n') && head.received.includes('\r\n\r\n'))
      const date = /^Date: .*$/m
      expect(head.received.replace(date, '')).toBe(
        `${get.received.slice(0, get.received.indexOf('\r\n\r\n'))}\r\n\r\n`.replace(date, ''),
      )
    }
  })
})

test('handlers get a subclass of Context', async () => {
  class Shop extends Context {
    get till(): string {
      return `${this.req.path} paid`
    }
  }
  expect((await ask(c => (c as Shop).till, [], { context: Shop })).body).toBe('/ paid')
})

test('timings are in every answer where they are on, in order, and nowhere else', async () => {
  for (const handler of [() => 'ok', () => undefined, () => Promise.resolve({ a: 1 })] as Handler[]) {
    const answer = await ask(handler, [], { timings: true })
    const names = /^Server-Timing: (.*)$/m
      .exec(answer.head)![1]!
      .split(', ')
      .map(part => part.split(';')[0])
    expect(names).toEqual(['parse', 'route', 'middleware', 'controller', 'render', 'response_write', 'total'])
  }
  expect((await ask(c => String(c.timings))).body).toBe('undefined')
})

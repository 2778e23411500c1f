import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { get, line, runCases } from './cases.ts'
import { LETTERS, sampleServer } from './sample-server.ts'
import { field, talk } from './wire-client.ts'

let server: Awaited<ReturnType<typeof sampleServer>>
beforeAll(async () => {
  server = await sampleServer()
})
afterAll(() => server.close())
const port = () => server.port

describe('HEAD says what GET says, without content (RFC 9110, 9.3.2)', () => {
  const plain =
    '/ /204 /205 /304 /empty /bytes /utf8 /stream /stream-length /events /redirect /respond /cookies /missing'
  const failing = '/throw /reject /nothing /refuse /file-missing /static/nothing'
  const files = '/file /file-big /download?as=x /static/letters.txt /static/empty.txt /static/big.txt /static/a.js'
  const packed = '/gz /gz-small /gz-tag /gz-file'
  test.each(`${plain} ${failing} ${files} ${packed}`.split(' '))('%s', async path => {
    const fields = ['Accept-Encoding: gzip', 'Accept: text/html']
    const [got, head] = await Promise.all([
      talk(port(), { send: get(path, ...fields) }),
      talk(port(), { send: line('HEAD', path, ...fields), isHead: true }),
    ])
    const comparable = ({ answers }: typeof got) => answers[0]!.head.replace(/\r\n(?:Date|X-Request-Id): [^\r]*/g, '')
    expect(comparable(head)).toBe(comparable(got))
    expect([head.fate, head.rest]).toEqual(['keep', ''])
  })
})

describe('content and its framing (RFC 9112, 6)', () => {
  runCases(port, [
    { name: '205 has Content-Length: 0', send: get('/205'), gives: '205 keep', fields: { 'content-length': '0' } },
    {
      name: '304 made of text has none',
      send: get('/304'),
      gives: '304 keep',
      fields: { etag: '"a"', 'content-type': null },
    },
    { name: 'octets are sent as they are', send: get('/bytes'), gives: '200 keep', content: '\0\xff\r\n' },
    {
      name: 'length counts octets, not characters',
      send: get('/utf8'),
      gives: '200 keep',
      fields: { 'content-length': '13' },
    },
    {
      name: 'a length that is known is no chunks',
      send: get('/stream-length'),
      gives: '200 keep',
      content: 'abc',
      fields: { 'content-length': '3' },
    },
    {
      name: 'empty pieces are no last chunk',
      send: get('/stream'),
      gives: '200 keep',
      content: 'abc',
      fields: { 'transfer-encoding': 'chunked' },
    },
  ])
})

describe('ranges (RFC 9110, 14)', () => {
  const whole = (range: string) => ({
    name: `${range} is the whole`,
    send: get('/file', `Range: ${range}`),
    gives: '200 keep',
    content: LETTERS,
  })
  runCases(port, [
    ...[
      'bytes=0-10,5-15',
      'bytes=0-0,99-',
      `bytes=${'0-,'.repeat(500)}0-`,
      'bytes=1-2-3',
      'bytes=+1-2',
      'bytes=0-1;',
      'none',
    ].map(whole),
    {
      name: 'the last bytes of an empty file are the whole of it',
      send: get('/static/empty.txt', 'Range: bytes=-5'),
      gives: '200 keep',
      content: '',
    },
    {
      name: 'and so are its first: a range of nothing does not count',
      send: get('/static/empty.txt', 'Range: bytes=0-'),
      gives: '200 keep',
      content: '',
    },
    {
      name: 'leading zeros are zeros',
      send: get('/file', 'Range: bytes=001-002'),
      gives: '206 keep',
      content: 'bc',
      fields: { 'content-range': 'bytes 1-2/26' },
    },
    {
      name: 'POST knows no ranges',
      send: line('POST', '/file', 'Range: bytes=0-1'),
      gives: '200 keep',
      fields: { 'content-range': null },
    },
    {
      name: 'If-Range that fails beats 416',
      send: get('/file', 'Range: bytes=99-', 'If-Range: "x"'),
      gives: '200 keep',
    },
    {
      name: 'a part of a file is never packed',
      send: get('/gz-file', 'Accept-Encoding: gzip', 'Range: bytes=0-9'),
      gives: '206 keep',
      content: 'x'.repeat(10),
      fields: { 'content-encoding': null },
    },
    {
      name: 'a part of a file that has packed forms is its own',
      send: get('/static/a.js', 'Accept-Encoding: gzip', 'Range: bytes=0-2'),
      gives: '206 keep',
      content: 'let',
      fields: { vary: 'Accept-Encoding' },
    },
  ])
})

test.each(['/gz-file', '/static/a.js', '/file'])(
  '304 for %s says what 200 would have said (RFC 9110, 15.4.5)',
  async path => {
    for (const coding of ['gzip', 'identity']) {
      const ask = async (...fields: string[]) =>
        (await talk(port(), { send: get(path, `Accept-Encoding: ${coding}`, ...fields) })).answers[0]!
      const whole = await ask()
      const again = await ask(`If-None-Match: ${field(whole, 'etag')}`)
      expect(again.status).toBe(304)
      for (const name of ['etag', 'vary', 'cache-control', 'last-modified']) {
        expect(field(again, name), `${name} of ${coding}`).toBe(field(whole, name))
      }
    }
  },
)

test('a compressed response has its own tag, weak if the original was', async () => {
  const { answers } = await talk(port(), { send: get('/gz-tag', 'Accept-Encoding: gzip') })
  expect(field(answers[0]!, 'etag')).toBe('W/"v1-gzip"')
})

test('cookies that browsers take with Secure alone are Secure (RFC 6265bis, 4.1.3, 5.7)', async () => {
  const { answers } = await talk(port(), { send: get('/cookies') })
  const cookies = answers[0]!.fields.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value)
  expect(cookies.map(value => /; Secure(?:;|$)/.test(value))).toEqual([true, true, true, false])
})

test('the name of a download cannot begin another field (RFC 6266)', async () => {
  const { answers } = await talk(port(), { send: get(`/download?as=${encodeURIComponent('a"b\r\nX-B: ž.txt')}`) })
  expect(field(answers[0]!, 'x-b')).toBeUndefined()
  expect(field(answers[0]!, 'content-disposition')).toBe(
    `attachment; filename="a_b__X-B: _.txt"; filename*=UTF-8''a%22b%0D%0AX-B%3A%20%C5%BE.txt`,
  )
})

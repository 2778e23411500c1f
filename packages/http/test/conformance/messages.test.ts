import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { get, line, post, runCases } from './cases.ts'
import { sampleServer } from './sample-server.ts'
import { talk } from './wire-client.ts'

let server: Awaited<ReturnType<typeof sampleServer>>
beforeAll(async () => {
  server = await sampleServer()
})
afterAll(() => server.close())
const port = () => server.port

const later = (text: string) => [() => new Promise(resolve => setTimeout(resolve, 50)), text] as const

describe('a refused HEAD has no content either (RFC 9110, 9.3.2)', () => {
  runCases(port, [
    { name: 'for its fields', send: line('HEAD', '/', 'X : y'), gives: '400 close', isHead: true },
    { name: 'without Host', send: 'HEAD / HTTP/1.1\r\n\r\n', gives: '400 close', isHead: true },
    { name: 'for its target', send: line('HEAD', '*'), gives: '400 close', isHead: true },
    { name: 'for its length', send: line('HEAD', `/${'a'.repeat(5000)}`), gives: '414 close', isHead: true },
    { name: 'for its version', send: 'HEAD / HTTP/1.2\r\nHost: a\r\n\r\n', gives: '505 close', isHead: true },
    { name: 'after an empty line', send: '\r\nHEAD / HTTP/1.1\r\n\r\n', gives: '400 close', isHead: true },
    { name: 'in pieces', send: ['HE', ...later('AD / HTTP/1.1\r\n\r\n')], gives: '400 close', isHead: true },
    { name: 'cut in its head', send: 'HEAD / HTTP/1.1\r\nHos', gives: '400 close', isHead: true, halfClose: true },
  ])

  test('a refusal of another method that begins so has', async () => {
    const { answers } = await talk(port(), { send: 'HEADY / HTTP/1.1\r\nHost: a\r\n\r\n' })
    expect([answers[0]!.status, answers[0]!.framing, answers[0]!.content.length > 0]).toEqual([501, 'length', true])
  })
})

describe('persistence (RFC 9112, 9.3)', () => {
  const inOrder = Array.from({ length: 50 }, (_, i) => `body ${i}`)
  runCases(port, [
    {
      name: 'fifty pipelined requests with bodies are answered in order',
      send: inOrder.map(body => post('/echo', body)).join(''),
      gives: `${'200 '.repeat(50)}keep`,
      check: ({ answers }) => expect(answers.map(answer => answer.content)).toEqual(inOrder),
    },
    {
      name: 'answers of every framing in one go',
      send:
        post('/echo', 'x') +
        get('/204') +
        get('/stream') +
        get('/304') +
        get('/stream-length') +
        get('/205') +
        get('/'),
      gives: '200 204 200 304 200 205 200 keep',
    },
    {
      name: 'what goes wrong in a handler is no business of the next request',
      send: get('/throw') + get('/nothing') + post('/json', '{') + get('/file-missing') + get('/'),
      gives: '500 500 415 404 200 keep',
    },
    {
      name: 'a stream to 1.0 cannot keep it alive',
      send: 'GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      gives: '200 close',
    },
    {
      name: 'a length to 1.0 can',
      send: 'GET /stream-length HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      gives: '200 keep',
    },
    { name: 'an empty line and FIN is the end', send: '\r\n', gives: 'close', halfClose: true },
    { name: 'half an empty line and FIN is the end', send: '\r', gives: 'close', halfClose: true },
    { name: 'an empty line and FIN after an answer', send: `${get('/')}\r\n`, gives: '200 close', halfClose: true },
  ])

  // To a client of Node.js 22, RST right after data looks like FIN: its libuv reports the end of the stream for both.
  const clientKnowsResets = Number.parseInt(process.versions.node, 10) >= 24
  test.runIf(clientKnowsResets)(
    'half an answer that ends with the connection does not look whole (RFC 9112, 8)',
    async () => {
      const { answers, fate } = await talk(port(), { send: 'GET /stream-broken HTTP/1.0\r\n\r\n', noProbe: true })
      expect([answers, fate]).toEqual([[], 'reset'])
    },
  )

  test('an answer to 1.0 that is whole ends with FIN', async () => {
    const { answers, fate } = await talk(port(), { send: 'GET /stream HTTP/1.0\r\n\r\n', noProbe: true })
    expect([answers[0]?.content, fate]).toEqual(['abc', 'close'])
    const head = await talk(port(), { send: 'HEAD /stream HTTP/1.0\r\n\r\n', noProbe: true, isHead: true })
    expect([head.rest, head.fate]).toEqual(['', 'close'])
  })
})

describe('a body that a handler took as a stream and left unread', () => {
  const chunks = (size: number) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`
  runCases(port, [
    { name: 'is dropped', send: post('/take-stream', 'x'.repeat(1000)) + get('/'), gives: '200 200 keep' },
    {
      name: 'is dropped when it comes later',
      send: [line('POST', '/take-stream', 'Content-Length: 3'), ...later('abc'), get('/')],
      gives: '200 200 keep',
    },
    {
      name: 'is dropped up to the limit',
      send: post('/take-stream', 'x'.repeat(65_536)) + get('/'),
      gives: '200 200 keep',
    },
    {
      name: 'costs the connection beyond it',
      send: post('/take-stream', 'x'.repeat(65_537)) + get('/'),
      gives: '200 close',
    },
    {
      name: 'costs the connection where its end is not known',
      send: line('POST', '/take-stream', 'Transfer-Encoding: chunked') + chunks(10),
      gives: '200 close',
    },
    { name: 'is never read as a request', send: post('/take-stream', get('/evil')) + get('/'), gives: '200 200 keep' },
    {
      name: 'may as well be the answer',
      send: post('/echo-stream', 'x'.repeat(60_000)) + get('/'),
      gives: '200 200 keep',
      content: 'x'.repeat(60_000),
    },
  ])
})

describe('a body whose last piece fills its reader does not hold the next request', () => {
  runCases(
    port,
    [65_536, 70_000, 100_000, 300_000].map(size => ({
      name: `of ${size} bytes`,
      send: [post('/read-stream', 'x'.repeat(size)), ...later(get('/'))],
      gives: '200 200 keep',
      content: String(size),
    })),
  )
})

describe('100 Continue is not sent (RFC 9110, 10.1.1)', () => {
  const expecting = (path: string, ...fields: string[]) => line('POST', path, 'Expect: 100-continue', ...fields)
  const onlyFinal = ({ answers }: { answers: readonly unknown[] }) => expect(answers).toHaveLength(1)
  runCases(port, [
    {
      name: 'when the type is refused',
      send: expecting('/json', 'Content-Length: 9'),
      gives: '415 close',
      check: onlyFinal,
    },
    {
      name: 'when the handler refuses',
      send: expecting('/refuse', 'Content-Length: 9'),
      gives: '401 close',
      check: onlyFinal,
    },
    {
      name: 'when nobody reads',
      send: expecting('/ignore', 'Content-Length: 9'),
      gives: '200 close',
      check: onlyFinal,
    },
    {
      name: 'when a stream is taken and not read',
      send: expecting('/take-stream', 'Content-Length: 9'),
      gives: '200 close',
      check: onlyFinal,
    },
    { name: 'for a body of 0', send: expecting('/echo', 'Content-Length: 0'), gives: '200 keep', check: onlyFinal },
  ])
})

describe('multipart forms (RFC 7578)', () => {
  const part = (disposition: string, content: string, ...fields: string[]) =>
    `--b\r\nContent-Disposition: ${disposition}\r\n${fields.map(one => `${one}\r\n`).join('')}\r\n${content}\r\n`
  const form = (name: string, body: string, parts: string[][] | null, type = 'multipart/form-data; boundary=b') => ({
    name,
    send: post('/multipart', body, `Content-Type: ${type}`),
    gives: parts === null ? '400 keep' : '200 keep',
    ...(parts !== null && { content: Buffer.from(JSON.stringify(parts)).toString('latin1') }),
  })
  const END = '--b--\r\n'
  const field = part('form-data; name="a"', '1')
  const utf8 = Buffer.from('ž').toString('latin1')
  runCases(port, [
    form('preamble and epilogue are no parts', `preamble\r\n${field}${END}epilogue`, [['a', '1']]),
    form('a boundary in quotes', field + END, [['a', '1']], 'multipart/form-data; boundary="b"'),
    form('a type in capitals', field + END, [['a', '1']], 'Multipart/Form-Data; Boundary=b'),
    form(
      'what looks like a boundary is data',
      part('form-data; name="f"; filename="x"', '\r\n--\r\n--c\r\n-', 'Content-Type: a/b') + END,
      [['f', 'x', 'a/b', '\r\n--\r\n--c\r\n-']],
    ),
    form(
      'folders in a name are cut off',
      part('form-data; name="f"; filename="../../etc/passwd"', 'x', 'Content-Type: a/b') + END,
      [['f', 'passwd', 'a/b', 'x']],
    ),
    form('names in UTF-8', part(`form-data; name="${utf8}"; filename="${utf8}"`, utf8, 'Content-Type: a/b') + END, [
      ['ž', 'ž', 'a/b', utf8],
    ]),
    form(
      'a file without a name of its own',
      part('form-data; name="f"', 'x', 'Content-Type: application/octet-stream') + END,
      [['f', '', 'application/octet-stream', 'x']],
    ),
    form('an empty form', END, []),
    form('a field without a name is refused', field + part('form-data', '1') + END, null),
    form('a file without a field name is refused', part('form-data; filename="x"', '1') + END, null),
    form('no boundary in the type', field + END, null, 'multipart/form-data'),
    form('another boundary', `--c${field.slice(3)}--c--\r\n`, null),
    form('cut in the fields of a part', '--b\r\nContent-Disposition: form-da', null),
    form('an empty body', '', null),
  ])
})

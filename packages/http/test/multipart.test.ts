import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toFetch } from '../src/fetch/to-fetch.ts'
import { FilePart, type Handler, type MultipartOptions } from '../src/index.ts'
import { eventually, serving } from './serving.ts'

const { start, open } = serving()
const realTmp = process.env.TMPDIR
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(realTmp ?? tmpdir(), 'arlen-multipart-'))
  process.env.TMPDIR = folder
})
afterEach(() => {
  if (realTmp === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = realTmp
  rmSync(folder, { recursive: true, force: true })
})

function formOf(parts: Record<string, string | Blob>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(parts)) form.append(name, value)
  return form
}

async function send(handler: Handler, body: FormData | string, headers: Record<string, string> = {}) {
  const response = await toFetch(handler)(new Request('http://a/', { method: 'POST', body, headers }))
  return { status: response.status, body: (await response.json()) as unknown }
}

/** What each part was, with the content of files. */
const list =
  (options?: MultipartOptions): Handler =>
  async c => {
    const out: unknown[] = []
    for await (const part of c.req.multipart(options)) {
      if (part instanceof FilePart) out.push([part.name, part.filename, part.type, (await part.bytes()).toString()])
      else out.push([part.name, part.value])
    }
    return out
  }

test('parts come in order, fields and files', async () => {
  const form = formOf({ a: 'ä', file: new File(['content'], 'a.txt', { type: 'text/plain' }), b: '2' })
  expect(await send(list(), form)).toEqual({
    status: 200,
    body: [
      ['a', 'ä'],
      ['file', 'a.txt', 'text/plain', 'content'],
      ['b', '2'],
    ],
  })
})

test('an unread file is dropped', async () => {
  const names: Handler = async c => {
    const out: string[] = []
    for await (const part of c.req.multipart()) out.push(part.name)
    return out
  }
  const form = formOf({ a: new File(['x'.repeat(300_000)], 'a'), b: '1', c: new File(['y'], 'c') })
  expect((await send(names, form)).body).toEqual(['a', 'b', 'c'])
})

test('a file goes to disk, or to a temporary place that is gone after the answer', async () => {
  let kept = ''
  const handler: Handler = async c => {
    const sizes: number[] = []
    for await (const part of c.req.multipart()) {
      if (part.kind === 'field') continue
      if (part.name === 'keep') {
        kept = join(folder, 'kept')
        sizes.push(await part.save(kept))
      } else {
        const { path, size } = await part.saveTemporary()
        expect(readFileSync(path, 'utf8')).toBe('temporary')
        sizes.push(size)
      }
    }
    return sizes
  }
  expect(
    (await send(handler, formOf({ keep: new File(['kept'], 'k'), tmp: new File(['temporary'], 't') }))).body,
  ).toEqual([4, 9])
  expect(readFileSync(kept, 'utf8')).toBe('kept')
  await eventually(() => readdirSync(folder).length === 1)
  expect(readdirSync(folder)).toEqual(['kept'])
})

test('a file is never written over another', async () => {
  const path = join(folder, 'there')
  const handler: Handler = async c => {
    for await (const part of c.req.multipart()) if (part.kind === 'file') await part.save(path)
    return 'ok'
  }
  const form = () => formOf({ a: new File(['first'], 'a') })
  expect((await toFetch(handler)(new Request('http://a/', { method: 'POST', body: form() }))).status).toBe(200)
  expect((await toFetch(handler)(new Request('http://a/', { method: 'POST', body: form() }))).status).toBe(500)
  expect(readFileSync(path, 'utf8')).toBe('first')
})

describe('refuses', () => {
  const file = (size: number) => new File(['x'.repeat(size)], 'f')
  test.each<[string, MultipartOptions, FormData]>([
    ['a field that is too large', { fieldBytes: 10 }, formOf({ a: 'x'.repeat(11) })],
    ['a file that is too large', { fileBytes: 10 }, formOf({ a: file(11) })],
    ['too many fields', { fields: 1 }, formOf({ a: '1', b: '2' })],
    ['too many files', { files: 1 }, formOf({ a: file(1), b: file(1) })],
    ['a whole that is too large', {}, formOf({ a: file(700_000), b: file(700_000) })],
  ])('%s with 413', async (_, options, form) => {
    expect(await send(list(options), form)).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
  })

  test.each([
    ['multipart/form-data', 400],
    ['multipart/form-data; boundary=', 400],
    ['multipart/mixed; boundary=a', 415],
    ['application/json', 415],
  ])('Content-Type: %s with %i', async (type, status) => {
    expect((await send(list(), '--a--\r\n', { 'content-type': type })).status).toBe(status)
  })

  test('a body that ends before its last boundary with 400', async () => {
    const body = '--a\r\nContent-Disposition: form-data; name="x"\r\n\r\nhalf'
    expect(await send(list(), body, { 'content-type': 'multipart/form-data; boundary=a' })).toMatchObject({
      status: 400,
    })
    const inFile = '--a\r\nContent-Disposition: form-data; name="x"; filename="f"\r\n\r\nhalf'
    for (const cut of [inFile, inFile + 'x'.repeat(200_000)]) {
      expect(await send(list(), cut, { 'content-type': 'multipart/form-data; boundary=a' })).toMatchObject({
        status: 400,
        body: { code: 'body_invalid' },
      })
    }
  })
})

test('a client that leaves in the middle of a file leaves nothing behind', async () => {
  const outcomes: unknown[] = []
  const server = await start(async c => {
    try {
      for await (const part of c.req.multipart()) if (part.kind === 'file') await part.saveTemporary()
    } catch (error) {
      outcomes.push((error as { code: unknown }).code)
      throw error
    }
  })
  const client = await open(server)
  client.send(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: 100000\r\n\r\n',
  )
  client.send('--a\r\nContent-Disposition: form-data; name="x"; filename="f"\r\n\r\nhalf a file')
  await eventually(() => readdirSync(folder).some(name => name.startsWith('arlen-upload-')))
  client.close()
  await eventually(() => outcomes.length === 1 && readdirSync(folder).length === 0 && server.requestsInFlight === 0)
  expect(outcomes).toEqual([expect.stringMatching(/client_disconnected|request_incomplete/)])
})

test('a body that the form ends before is read to its end, and the connection lives on', async () => {
  const server = await start(list())
  const client = await open(server)
  const body = '--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--a--\r\nepilogue'
  const request = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const answers = await client.send(request + request).answers(2)
  expect(answers.map(answer => answer.body)).toEqual(['[["x","1"]]', '[["x","1"]]'])
})

describe('corners of RFC 2046 and RFC 7578', () => {
  const part = (head: string, content = '1') => `--a\r\n${head}\r\n\r\n${content}\r\n`
  const named = (name: string, content?: string) => part(`Content-Disposition: form-data; ${name}`, content)
  const end = '--a--\r\n'

  /** Over a socket, byte for byte and split anywhere. */
  async function ask(body: string, type = 'multipart/form-data; boundary=a', step = body.length || 1) {
    const server = await start(list())
    const client = await open(server)
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}`
    client.send(`${head}\r\n\r\n`)
    client.socket.setNoDelay(true)
    for (let i = 0; i < body.length; i += step) client.send(body.slice(i, i + step))
    const answer = await client.toEnd()
    const text = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1').toString()
    return { status: Number(answer.slice(9, 12)), body: JSON.parse(text) as unknown }
  }

  test.each<[string, string, unknown[]]>([
    [
      'blanks behind a boundary',
      `--a \t \r\n${named('name="x"').slice(5)}--a  \r\n${named('name="y"').slice(5)}--a-- \r\n`,
      [
        ['x', '1'],
        ['y', '1'],
      ],
    ],
    ['text before and behind', `before\r\n${named('name="x"')}${end}behind\r\n--a\r\n`, [['x', '1']]],
    ['no parts', end, []],
    ['no line end at the end', `${named('name="x"')}--a--`, [['x', '1']]],
    ['a name that is empty', named('name=""') + end, [['', '1']]],
    ['a value that is empty', named('name="x"', '') + end, [['x', '']]],
    [
      'dashes and half boundaries in a value',
      named('name="x"', '--\r\n--b\r\n-\r\n--') + end,
      [['x', '--\r\n--b\r\n-\r\n--']],
    ],
    [
      'a name as browsers and undici write it',
      named('name="a%22b%0D%0Ac%41"; filename="d%22.txt"') + end,
      [['a"b\r\nc%41', 'd".txt', 'text/plain', '1']],
    ],
    ['a name as curl writes it', named('name="a\\"b\\\\c"') + end, [['a"b\\c', '1']]],
    [
      'a name with separators',
      named('name="a;name=b"; filename="c;filename=d"') + end,
      [['a;name=b', 'c;filename=d', 'text/plain', '1']],
    ],
    ['a name without quotes', named('name=x') + end, [['x', '1']]],
    ['names in UTF-8', named('name="\xc3\xa9"', '\xc3\xa9') + end, [['é', 'é']]],
    [
      'a charset that it says',
      part('Content-Disposition: form-data; name="x"\r\nContent-Type: text/plain; charset=iso-8859-1', '\xe9') + end,
      [['x', 'é']],
    ],
    ['any bytes in a file', named('name="x"; filename="f"', '\xff') + end, [['x', 'f', 'text/plain', '\ufffd']]],
    ['a head that goes on in another line', part('Content-Disposition: form-data;\r\n name="x"') + end, [['x', '1']]],
    [
      'a file name with folders',
      named('name="x"; filename="../../etc/passwd"') + end,
      [['x', 'passwd', 'text/plain', '1']],
    ],
  ])('%s', async (_, body, parts) => {
    for (const step of [undefined, 7, 1]) expect(await ask(body, undefined, step)).toEqual({ status: 200, body: parts })
  })

  test.each<[string, string]>([
    ['a part without a head', `--a\r\n\r\n1\r\n${end}`],
    ['a part without a disposition', part('Content-Type: text/plain') + end],
    ['a part that is not form data', part('Content-Disposition: attachment; name="x"') + end],
    ['a part without a name', part('Content-Disposition: form-data') + end],
    ['a part with a file name alone', named('filename="f"') + end],
    ['two names', named('name="x"; name="y"') + end],
    [
      'two dispositions',
      part('Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="y"') + end,
    ],
    ['a quote that stays open', named('name="x') + end],
    ['a line that is not a field', part('x\r\nContent-Disposition: form-data; name="x"') + end],
    ['a NUL in a name', named('name="a\0"') + end],
    ['a name that is not in UTF-8', named('name="\xff"') + end],
    ['a text that is not in UTF-8', named('name="x"', '\xc3') + end],
    [
      'an encoding that nobody takes off',
      part('Content-Disposition: form-data; name="x"\r\nContent-Transfer-Encoding: base64', 'MQ==') + end,
    ],
    ['a boundary that goes on', `${named('name="x"')}--ab\r\n${end}`],
    ['line ends without CR', (named('name="x"') + end).replaceAll('\r', '')],
    ['a head without an end', `--a\r\nContent-Disposition: form-data; name="x"`],
    ['a head of 20 kB', named(`name="${'x'.repeat(20_000)}"`) + end],
    ['an end in the middle of a text', '--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n1'],
    ['an end in the middle of a file', '--a\r\nContent-Disposition: form-data; name="x"; filename="f"\r\n\r\n1'],
    ['an end behind a part', named('name="x"')],
    ['an end in a boundary', `${named('name="x"')}--a-`],
    ['nothing', ''],
    ['no form at all', 'hello'],
  ])('%s is 400', async (_, body) => {
    for (const step of [undefined, 7]) {
      expect(await ask(body, undefined, step)).toMatchObject({ status: 400, body: { code: 'body_invalid' } })
    }
  })

  test.each([
    ['multipart/form-data; boundary="a b"', '--a b', 200],
    ['multipart/form-data; charset=utf-8; BOUNDARY=a', '--a', 200],
    ['multipart/form-data; boundary=a; boundary=b', '--a', 400],
    ['multipart/form-data; boundary=', '--', 400],
    [`multipart/form-data; boundary=${'a'.repeat(71)}`, `--${'a'.repeat(71)}`, 400],
  ])('%s', async (type, delimiter, status) => {
    const body = `${delimiter}\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n${delimiter}--\r\n`
    expect((await ask(body, type)).status).toBe(status)
  })
})

test('names and values arrive as a web client was given them', async () => {
  const form = new FormData()
  const names = ['a"b', 'a\\b', '100% of %41', 'ä😀', '', 'a;b=c', 'line\r\nbreak']
  for (const name of names) form.append(name, `value of ${name}`)
  form.append('file', new File(['--a\r\n\r\n'], 'na"ïve\\x.txt', { type: 'Text/CSV' }))
  form.append('empty', new File([], ''))
  const response = await toFetch(list())(new Request('http://a/', { method: 'POST', body: form }))
  expect(await response.json()).toEqual([
    ...names.map(name => [name, `value of ${name}`]),
    ['file', 'x.txt', 'text/csv', '--a\r\n\r\n'],
    ['empty', '', 'application/octet-stream', ''],
  ])
})

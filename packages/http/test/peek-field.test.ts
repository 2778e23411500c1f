import { describe, expect, test } from 'vitest'
import { FilePart, type Handler } from '../src/index.ts'
import { eventually, serving } from './serving.ts'

const { start, open } = serving()

type Part = [name: string, value: string, filename?: string]

function body(parts: readonly Part[], end = '--b--\r\n'): string {
  const texts = parts.map(([name, value, filename]) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    return `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`
  })
  return texts.join('') + end
}

function request(content: string, length = content.length): string {
  const type = 'Content-Type: multipart/form-data; boundary=b'
  return `POST / HTTP/1.1\r\nHost: a\r\n${type}\r\nContent-Length: ${length}\r\n\r\n${content}`
}

/** What was peeked, then all parts as the handler reads them. */
const both: Handler = async c => {
  const peeked = (await c.req.peekField('token')) ?? null
  const parts: unknown[] = []
  for await (const part of c.req.multipart()) {
    parts.push([part.name, part instanceof FilePart ? (await part.bytes()).length : part.value])
  }
  return { peeked, parts }
}

async function answer(handler: Handler, ...pieces: string[]): Promise<string> {
  const client = await open(await start(handler))
  for (const piece of pieces) {
    client.send(piece)
    await new Promise(resolve => setImmediate(resolve))
  }
  return (await client.answers(1))[0]!.body
}

describe('a field that is peeked at', () => {
  const parts: Part[] = [
    ['first', '1'],
    ['token', 'abc'],
    ['file', 'x'.repeat(200_000), 'f.txt'],
    ['last', '2'],
  ]

  test('is found, and the form can still be read from its beginning, in whatever pieces it arrives', async () => {
    const whole = request(body(parts))
    const expected = {
      peeked: 'abc',
      parts: [
        ['first', '1'],
        ['token', 'abc'],
        ['file', 200_000],
        ['last', '2'],
      ],
    }
    expect(JSON.parse(await answer(both, whole))).toEqual(expected)
    for (const at of [60, 120, 150, 200, 260, 300, 1000, 40_000]) {
      expect(JSON.parse(await answer(both, whole.slice(0, at), whole.slice(at))), String(at)).toEqual(expected)
    }
    const bytes = [...request(body(parts.slice(0, 2)))]
    expect(JSON.parse(await answer(both, ...bytes))).toMatchObject({ peeked: 'abc' })
  })

  test('is returned as soon as it arrives, before the files', async () => {
    let peeked: string | undefined
    const server = await start(async c => {
      peeked = await c.req.peekField('token')
      return (await c.req.bytes()).length
    })
    const client = await open(server)
    const head = body(parts.slice(0, 3), '')
    client.send(request(head, head.length + 1000).slice(0, -100_000))
    await eventually(() => peeked !== undefined)
    expect(peeked).toBe('abc')
    client.send(`${'x'.repeat(100_000)}${'y'.repeat(1000)}`)
    expect((await client.answers(1))[0]!.body).toBe(String(head.length + 1000))
  })

  test.each<[string, readonly Part[]]>([
    ['is missing', [['other', 'abc']]],
    [
      'comes after a file',
      [
        ['file', 'x', 'f'],
        ['token', 'abc'],
      ],
    ],
    ['is a file itself', [['token', 'abc', 'token.txt']]],
    [
      'comes too late',
      [
        ['long', 'x'.repeat(30_000)],
        ['token', 'abc'],
      ],
    ],
    ['comes after too many', [...Array.from({ length: 30 }, (): Part => ['f', '1']), ['token', 'abc']]],
    ['is too long', [['token', 'x'.repeat(1025)]]],
  ])('is undefined where it %s, and nothing is lost', async (_, parts) => {
    const answered = JSON.parse(await answer(both, request(body(parts)))) as { peeked: unknown; parts: unknown[] }
    expect(answered.peeked).toBeNull()
    expect(answered.parts).toHaveLength(parts.length)
  })

  test('is undefined without a body, and where the body ends or breaks off too early', async () => {
    const peek: Handler = async c => ({ peeked: (await c.req.peekField('token')) ?? null })
    expect(await answer(peek, request('', 0))).toBe('{"peeked":null}')
    expect(await answer(peek, request('--b\r\nContent-Disp'))).toBe('{"peeked":null}')
    expect(await answer(peek, request('\r\n'.repeat(50_000)))).toBe('{"peeked":null}')
  })

  test('leaves a refused upload where it is: the answer comes, and no more than the beginning was read', async () => {
    let received = 0
    const server = await start(async c => {
      await c.req.peekField('token')
      received = (c.req as unknown as { _body: { received: number } })._body.received
      return c.problem(403)
    })
    const client = await open(server)
    const content = body([['file', 'x'.repeat(900_000), 'f']])
    client.send(request(content))
    expect((await client.answers(1))[0]!.status).toBe(403)
    expect(received).toBeLessThan(200_000)
  })

  test('keeps the limits of a later reader of the body', async () => {
    const limited: Handler = async c => {
      await c.req.peekField('token')
      c.req.maxBodyBytes = 1000
      return (await c.req.bytes()).length
    }
    expect(
      await answer(
        limited,
        request(
          body([
            ['token', 'a'],
            ['b', 'x'.repeat(2000)],
          ]),
        ),
      ),
    ).toContain('body_too_large')
    const raised: Handler = async c => {
      await c.req.peekField('token')
      c.req.maxBodyBytes = 4_000_000
      return (await c.req.bytes()).length
    }
    const content = body([
      ['token', 'a'],
      ['b', 'x'.repeat(2_000_000), 'f'],
    ])
    expect(await answer(raised, request(content))).toBe(String(content.length))
  })
})

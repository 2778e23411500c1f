import { describe, expect, test } from 'vitest'
import { MultipartParser, readBoundary } from './multipart-parser.ts'
import { isFile, type PartHead } from './part-head.ts'

type Seen = [name: string, content: string, filename?: string | undefined]

/** The parts that pieces of a body have, or the code of the refusal. */
function read(boundary: string, pieces: readonly Buffer[]): Seen[] | string {
  const seen: Seen[] = []
  const sink = {
    partBegin: (head: PartHead) => seen.push(isFile(head) ? [head.name, '', head.filename] : [head.name, '']),
    partData: (bytes: Buffer) => {
      seen.at(-1)![1] += bytes.toString('latin1')
    },
    partEnd: () => undefined,
  }
  const parser = new MultipartParser(boundary, sink)
  try {
    for (const piece of pieces) parser.write(piece)
    parser.end()
  } catch (error) {
    return (error as { code: string }).code
  }
  return seen
}

/** The same in one piece, in single bytes, and cut in two anywhere. */
function readAnyhow(body: string, boundary = 'a'): Seen[] | string {
  const bytes = Buffer.from(body, 'latin1')
  const whole = read(boundary, [bytes])
  const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
  expect(read(boundary, single)).toEqual(whole)
  for (let at = 1; at < bytes.length; at++) {
    expect(read(boundary, [bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole)
  }
  return whole
}

const DISPOSITION = 'Content-Disposition: form-data; name="x"'
const part = (content: string, head = DISPOSITION) => `--a\r\n${head}\r\n\r\n${content}\r\n`
const form = (content: string, head = DISPOSITION) => `${part(content, head)}--a--\r\n`

describe('delimiters (RFC 2046, section 5.1.1)', () => {
  test.each<[string, string, Seen[]]>([
    ['one part', form('1'), [['x', '1']]],
    [
      'two',
      `${part('1')}${form('2')}`,
      [
        ['x', '1'],
        ['x', '2'],
      ],
    ],
    ['none', '--a--\r\n', []],
    ['no line break at the very end', form('1').slice(0, -2), [['x', '1']]],
    [
      'white space behind them',
      form('1').replaceAll('--a\r\n', '--a \t \r\n').replace('--a--', '--a-- \t'),
      [['x', '1']],
    ],
    ['white space at the very end', `${form('1').slice(0, -2)}  `, [['x', '1']]],
    ['something before the first', `for old\r\nreaders\r\n${form('1')}`, [['x', '1']]],
    ['an empty line before the first', `\r\n${form('1')}`, [['x', '1']]],
    ['something behind the last', `${form('1')}--a\r\nnothing: of it\r\n\r\ncounts\r\n--a--`, [['x', '1']]],
    ['an empty part', form(''), [['x', '']]],
    ['an empty part, whose line break is the head’s', `--a\r\n${DISPOSITION}\r\n\r\n--a--\r\n`, [['x', '']]],
    ['what looks like one inside of a line', form('1--a--\r\n -a\r\n'), [['x', '1--a--\r\n -a\r\n']]],
    ['what begins like one', form('\r\n-\r\n--\r\n--b\r\n\r\r\n\r'), [['x', '\r\n-\r\n--\r\n--b\r\n\r\r\n\r']]],
    ['line breaks alone', form('\r\n\r\n'), [['x', '\r\n\r\n']]],
    ['bytes of every kind', form('\0\x01\x80\xff\n\r'), [['x', '\0\x01\x80\xff\n\r']]],
  ])('%s', (_, body, parts) => {
    expect(readAnyhow(body)).toEqual(parts)
  })

  test.each([
    ['no delimiter', 'a=1&b=2'],
    ['nothing', ''],
    ['an end before the first part', '--a'],
    ['an end behind a delimiter', '--a\r\n'],
    ['an end in a head', `--a\r\n${DISPOSITION}`],
    ['an end behind a head', `--a\r\n${DISPOSITION}\r\n\r\n`],
    ['an end in a part', `--a\r\n${DISPOSITION}\r\n\r\nhalf`],
    ['an end behind a part', `--a\r\n${DISPOSITION}\r\n\r\nhalf\r\n--a`],
    ['an end in the last delimiter', `--a\r\n${DISPOSITION}\r\n\r\nhalf\r\n--a-`],
    ['another boundary that begins alike', form('1').replace('--a\r', '--ab\r')],
    ['something behind the last delimiter', `${part('1')}--a--b\r\n`],
    ['one dash', `${part('1')}--a-\r\n`],
    ['LF behind a delimiter', form('1').replace('--a\r\n', '--a\n')],
    ['a kilobyte behind a delimiter', form('1').replace('--a\r\n', `--a${' '.repeat(1024)}\r\n`)],
  ])('refuses %s', (_, body) => {
    expect(readAnyhow(body)).toBe('body_invalid')
  })
})

describe('heads (RFC 7578, section 4)', () => {
  const head = (text: string) => readAnyhow(form('1', text))
  const named = (parameters: string) => head(`Content-Disposition: form-data; ${parameters}`)

  test.each<[string, Seen]>([
    ['name="a b"', ['a b', '1']],
    ['name=token', ['token', '1']],
    ['name=""', ['', '1']],
    ['NAME="x" ; other=1 ;', ['x', '1']],
    ['name="a;b=\\"c\\""', ['a;b="c"', '1']],
    ['name="a%22b%0D%0Ac%0d%0a"', ['a"b\r\nc\r\n', '1']],
    ['name="100%25 %41 %"', ['100%25 %41 %', '1']],
    ['name="a\\b"', ['a\\b', '1']],
    ['name="a\\\\b"', ['a\\b', '1']],
    ['name="a\\"', ['a\\', '1']],
    ['name="a\\"; filename="b"', ['a\\', '1', 'b']],
    ['name="\xc3\xa4"', ['\u00e4', '1']],
    ['name=x; filename="f.txt"', ['x', '1', 'f.txt']],
    ['name=x; filename=""', ['x', '1', '']],
    ['filename="f.txt"; name=x', ['x', '1', 'f.txt']],
    ['name=x; filename="C:\\dir\\f.txt"', ['x', '1', 'f.txt']],
    ['name=x; filename="../../f.txt"', ['x', '1', 'f.txt']],
    ['name=x; filename=".."', ['x', '1', '']],
    ['name=x; filename="a%22b.txt"', ['x', '1', 'a"b.txt']],
    ["name=x; filename*=UTF-8''na%C3%AFve.txt", ['x', '1', 'na\u00efve.txt']],
    ["name=x; filename=plain.txt; filename*=utf-8'en'%e2%82%ac.txt", ['x', '1', '\u20ac.txt']],
  ])('form-data; %s', (parameters, seen) => {
    expect(named(parameters)).toEqual([seen])
  })

  test.each<[string, Seen]>([
    [`${DISPOSITION}\r\nContent-Type: application/octet-stream`, ['x', '1', undefined]],
    [`Content-Type: text/plain\r\n${DISPOSITION.toUpperCase().replace('"X"', '"x"')}`, ['x', '1']],
    ['content-disposition:form-data;\r\n\tname="x"', ['x', '1']],
    [`X-Other: y\r\n${DISPOSITION}\r\nContent-Transfer-Encoding: binary`, ['x', '1']],
  ])('%j', (text, seen) => {
    expect(head(text)).toEqual([seen])
  })

  test.each([
    'name',
    'filename="f"',
    'name=x; name=y',
    'name=x; filename=a; filename=b',
    'name="x',
    'name="x" y',
    'name="x"y',
    'name=x y=z',
    '=x',
    'name="\xff"',
    'name="\0"',
    'name="a\rb"',
    'name="\x1b[2J"',
    "name=x; filename*=iso-8859-1''f",
    "name=x; filename*=UTF-8''%ff",
    'name=x; filename*=f.txt',
  ])('refuses form-data; %j', parameters => {
    expect(named(parameters)).toBe('body_invalid')
  })

  test.each([
    ['no head', '--a\r\n\r\n1\r\n--a--\r\n'],
    ['no disposition', form('1', 'Content-Type: text/plain')],
    ['another disposition', form('1', 'Content-Disposition: attachment; name="x"')],
    ['a disposition without name', form('1', 'Content-Disposition: form-data')],
    ['two dispositions', form('1', `${DISPOSITION}\r\n${DISPOSITION}`)],
    ['a line that is not a field', form('1', `${DISPOSITION}\r\nnonsense`)],
    ['a space before the colon', form('1', `${DISPOSITION}\r\nContent-Type : text/plain`)],
    ['LF between its lines', form('1', `${DISPOSITION}\nX: y`)],
  ])('refuses a part with %s', (_, body) => {
    expect(readAnyhow(body)).toBe('body_invalid')
  })

  test('refuses transfer codings', () => {
    expect(head(`${DISPOSITION}\r\nContent-Transfer-Encoding: base64`)).toBe('body_invalid')
    expect(head(`${DISPOSITION}\r\nContent-Transfer-Encoding: quoted-printable`)).toBe('body_invalid')
  })

  test('refuses one that is too large before it is complete', () => {
    const long = Buffer.from(`--a\r\n${DISPOSITION}\r\nX: ${'x'.repeat(9000)}`)
    expect(read('a', [long])).toBe('body_invalid')
    expect(read('a', [long.subarray(0, 5000), long.subarray(5000)])).toBe('body_invalid')
  })
})

describe('the boundary', () => {
  test.each([
    ['multipart/form-data; boundary=a', 'a'],
    ['multipart/form-data; charset=utf-8; Boundary="a b"', 'a b'],
    ['multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW', '----WebKitFormBoundary7MA4YWxkTrZu0gW'],
    [`multipart/form-data; boundary=${'a'.repeat(70)}`, 'a'.repeat(70)],
    ["multipart/form-data; boundary=a'()+_,-./:=?".replace(',', ''), "a'()+_-./:=?"],
  ])('of %s', (type, boundary) => {
    expect(readBoundary(type)).toBe(boundary)
  })

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="a "',
    'multipart/form-data; boundary="a',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/form-data; boundary="a@b"',
    `multipart/form-data; boundary=${'a'.repeat(71)}`,
  ])('is refused in %s', type => {
    expect(() => readBoundary(type)).toThrow(expect.objectContaining({ code: 'body_invalid' }))
  })

  test('may be any, and is found as it is', () => {
    expect(readAnyhow('--a b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b--', 'a b')).toEqual([
      ['x', '1'],
    ])
  })
})

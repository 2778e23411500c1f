import { isFieldText, isTargetText } from './shapes.ts'
import { type RequestParts, requestBytes } from './wire.ts'

/** A place in a request that a client controls. */
export interface Input {
  name: string
  /** The size to test, in bytes: the usual limit of that place, or more. */
  limit: number
  fits(text: string): boolean
  request(text: string): Buffer
}

const KiB = 1024
const FIELD_LIMIT = 32 * KiB
const LINE_LIMIT = 16 * KiB
const BODY_LIMIT = KiB * KiB

/** A header field, and what makes code parse it. `frame` is the text around it. */
function field(name: string, parts: RequestParts = {}, frame: readonly [string, string] = ['', '']): Input {
  const [before, behind] = frame
  return {
    name: before + behind === '' ? name : `${name}: ${before}…${behind}`,
    limit: FIELD_LIMIT,
    fits: isFieldText,
    request: text =>
      requestBytes({ ...parts, fields: [`${name}: ${before}${text}${behind}`, ...(parts.fields ?? [])] }),
  }
}

function target(name: string, before: string): Input {
  return { name, limit: LINE_LIMIT, fits: isTargetText, request: text => requestBytes({ target: before + text }) }
}

function body(name: string, type: string, path: string, frame: readonly [string, string] = ['', '']): Input {
  return {
    name: frame.join('') === '' ? name : `${name}: ${JSON.stringify(frame.join('…'))}`,
    limit: BODY_LIMIT,
    fits: () => true,
    request: text =>
      requestBytes({ method: 'POST', target: path, fields: [`Content-Type: ${type}`], body: frame.join(text) }),
  }
}

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=a'
const PART: readonly [string, string] = ['--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n', '\r\n--a--\r\n']
const post = (type: string, path = '/open/text', text = '{}'): RequestParts => ({
  method: 'POST',
  target: path,
  fields: [`Content-Type: ${type}`],
  body: text,
})
const file: RequestParts = { target: '/file' }
const fromProxy = ['X-Forwarded-For: 192.0.2.1']

export const inputs: readonly Input[] = [
  target('query', '/query?'),
  target('query: value', '/query?a='),
  target('query: redirect', '/redirect?to='),
  target('query: redirect to a path', '/redirect?to=/'),
  target('path', '/'),
  target('path: parameter', '/users/'),
  target('path: parameters', '/tree/'),
  target('path: parameters in a segment', '/a-'),
  target('target: absolute', 'http://'),
  field('Accept'),
  field('Accept', {}, ['text/html;', '']),
  field('Accept-Encoding', { target: '/compressed' }),
  field('Accept-Encoding', { target: '/file.txt' }),
  field('Access-Control-Request-Headers', {
    method: 'OPTIONS',
    fields: ['Origin: https://app.example', 'Access-Control-Request-Method: PUT'],
  }),
  field('Access-Control-Request-Method', { method: 'OPTIONS', fields: ['Origin: https://app.example'] }),
  field('Authorization', { target: '/private' }),
  field('Authorization', { target: '/private' }, ['Bearer ', '']),
  field('Authorization', { target: '/private' }, ['Bearer a.', '.b']),
  field('Authorization', { target: '/private' }, ['ApiKey shop_', '']),
  field('Connection'),
  field('Content-Encoding', post('text/plain')),
  field('Content-Length', { method: 'POST', target: '/open/text' }),
  field('Content-Type', { method: 'POST', target: '/open/text', body: 'a' }),
  field('Content-Type', { method: 'POST', target: '/open/json', body: '{}' }, ['application/json', '']),
  field('Content-Type', { method: 'POST', target: '/open/order', body: '{}' }, ['application/json;', '']),
  field('Content-Type', { method: 'POST', target: '/form', body: 'a=b' }, [`${FORM};`, '']),
  field('Content-Type', { method: 'POST', target: '/upload', body: 'a=b' }, ['multipart/form-data;', '']),
  field('Content-Type', { method: 'POST', target: '/open/upload', body: 'a=b' }, [
    'multipart/form-data; boundary=',
    '',
  ]),
  field('Content-Type', { method: 'POST', target: '/open/text', body: 'a' }, ['text/plain; charset=', '']),
  field('Cookie'),
  field('Cookie', {}, ['session=', '; a=b']),
  field('Cookie', {}, ['__Host-session=', '']),
  field('Cookie', {}, ['remember=', '']),
  field('Expect', post('text/plain')),
  field('Forwarded'),
  field('Host'),
  field('If-Match', file),
  field('If-Modified-Since', file),
  field('If-None-Match', file),
  field('If-None-Match', { target: '/file.txt' }),
  field('If-Range', { target: '/file', fields: ['Range: bytes=0-1'] }),
  field('If-Unmodified-Since', file),
  field('Origin', { target: '/ws', fields: ['Connection: upgrade', 'Upgrade: echo'] }),
  field('Origin', post(FORM, '/form')),
  field('Origin', post(FORM, '/form'), ['https://', '']),
  field('Range', file),
  field('Range', file, ['bytes=', '']),
  field('Sec-Fetch-Dest', post(FORM, '/form')),
  field('Sec-Fetch-Mode', { target: '/private' }),
  field('Sec-Fetch-Site', post(FORM, '/form')),
  field('Transfer-Encoding', { method: 'POST', target: '/open/text', body: '0\r\n\r\n' }),
  field('Upgrade', { target: '/ws', fields: ['Connection: upgrade'] }),
  field('User-Agent', { target: '/nothing' }),
  field('X-Api-Key', { target: '/private' }),
  field('X-CSRF-Token', { ...post(FORM, '/form', 'a=b') }),
  field('X-Forwarded-For'),
  field('X-Forwarded-Host', { fields: fromProxy }),
  field('X-Forwarded-Port', { fields: fromProxy }),
  field('X-Forwarded-Proto', { fields: fromProxy }),
  field('X-HTTP-Method-Override', post(FORM, '/form')),
  field('X-Request-Id'),
  field('X-Requested-With'),
  body('form', FORM, '/open/form'),
  body('form before the CSRF token is checked', FORM, '/form'),
  body('form: CSRF token', FORM, '/form', ['csrf_token=', '']),
  body('form by a schema', FORM, '/open/order', ['name=', '']),
  body('JSON', 'application/json', '/open/json'),
  body('JSON', 'application/json', '/open/json', ['{"a":"', '"}']),
  body('JSON', 'application/json', '/open/json', ['[', '0]']),
  body('JSON by a schema', 'application/json', '/open/order'),
  body('JSON by a schema', 'application/json', '/open/order', ['{"lines":[', '0]}']),
  body('JSON by a schema', 'application/json', '/open/order', ['{"name":"a","email":"', '"}']),
  body('text', 'text/plain', '/open/text'),
  body('multipart', MULTIPART, '/open/upload'),
  body('multipart', MULTIPART, '/open/upload', PART),
  body('multipart', MULTIPART, '/open/upload', ['--a\r\n', '\r\n\r\n\r\n--a--\r\n']),
  body('multipart', MULTIPART, '/open/upload', [
    '--a\r\nContent-Disposition: form-data; name="',
    '"\r\n\r\n\r\n--a--\r\n',
  ]),
  body('multipart', MULTIPART, '/open/upload', [
    '--a\r\nContent-Disposition: form-data; name="x"; ',
    '\r\n\r\n\r\n--a--\r\n',
  ]),
  body('multipart', MULTIPART, '/open/upload', [
    '--a\r\nContent-Disposition: form-data; name="x"; filename="f"\r\nContent-Type: ',
    '\r\n\r\n\r\n--a--\r\n',
  ]),
  body('multipart before the CSRF token is checked', MULTIPART, '/upload'),
  body('multipart before the CSRF token is checked', MULTIPART, '/upload', PART),
  body('CSP report', 'application/csp-report', '/csp-reports'),
  body('CSP report', 'application/csp-report', '/csp-reports', ['{"csp-report":{"blocked-uri":"', '"}}']),
  body('CSP report', 'application/reports+json', '/csp-reports', ['[', '0]']),
  {
    ...body('chunks', 'text/plain', '/open/text'),
    request: text =>
      requestBytes({
        ...post('text/plain'),
        fields: ['Transfer-Encoding: chunked', 'Content-Type: text/plain'],
        body: text,
      }),
  },
  {
    ...body('chunk extensions', 'text/plain', '/open/text'),
    request: text =>
      requestBytes({
        ...post('text/plain'),
        fields: ['Transfer-Encoding: chunked', 'Content-Type: text/plain'],
        body: `1;${text}\r\na\r\n0\r\n\r\n`,
      }),
  },
  {
    ...body('trailers', 'text/plain', '/open/text'),
    request: text =>
      requestBytes({
        ...post('text/plain'),
        fields: ['Transfer-Encoding: chunked', 'Content-Type: text/plain'],
        body: `1\r\na\r\n0\r\na: ${text}\r\n\r\n`,
      }),
  },
  { name: 'head', limit: FIELD_LIMIT, fits: () => true, request: text => Buffer.from(text, 'latin1') },
  {
    name: 'fields',
    limit: FIELD_LIMIT,
    fits: () => true,
    request: text => Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${text}\r\nConnection: close\r\n\r\n`, 'latin1'),
  },
]

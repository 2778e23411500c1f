import { createServer } from '@arlen/http'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, type TestRequest, testApp } from '../src/index.ts'

const PAGE =
  '<title>T</title><ul><li class="a" data-n="1">One  <b>two</b></li><li>Three</li></ul><script>let hidden</script>'

let t: TestApp
beforeAll(async () => {
  t = await testApp(
    createServer(c => {
      if (c.req.path === '/page') return c.html(PAGE)
      if (c.req.path === '/missing') return c.problem(404, 'not_here', { detail: 'Gone fishing' })
      if (c.req.path === '/moved') return c.redirect('/page?x=1#top', 301)
      if (c.req.path === '/cookies') {
        c.res.headers.append('Set-Cookie', 'a=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60')
        c.res.headers.append('Set-Cookie', 'gone=; Max-Age=0')
      }
      if (c.req.path === '/cached') c.res.headers.set('Cache-Control', 'public, max-age=60')
      if (c.req.path === '/private') c.res.headers.set('Cache-Control', 'private, max-age=60')
      c.res.headers.set('Content-Security-Policy', "default-src 'self'; img-src 'self' data:")
      c.res.headers.set('X-One', 'first')
      return { name: 'Ada', list: [1, { 'a/b': 'deep', '': 'empty' }], none: null }
    }),
  )
})
afterAll(() => t.close())

/** Each row: what holds, what does not, and what the failure says. */
const rows: [string, (t: TestApp) => TestRequest, (t: TestApp) => TestRequest, string][] = [
  ['status', t => t.get('/').status(200), t => t.get('/').status(404), 'The status is 200, not 404.'],
  ['status of several', t => t.get('/').status([200, 204]), t => t.get('/').status([201, 204]), 'not 201 or 204'],
  ['class of status', t => t.get('/').status('2xx'), t => t.get('/').status('4xx'), 'The status is 200, not 4xx.'],
  ['type', t => t.get('/').type('json'), t => t.get('/').type('html'), 'The type is application/json, not text/html.'],
  [
    'type by pattern',
    t => t.get('/page').type(/^text\//),
    t => t.get('/').type(/^text\//),
    'The type is application/json',
  ],
  [
    'field',
    t => t.get('/').status(200).header('x-one', 'first'),
    t => t.get('/').status(200).header('X-One', 'second'),
    'found "first", expected "second"',
  ],
  [
    'field that is there',
    t => t.get('/').status(200).header('x-one'),
    t => t.get('/').status(200).header('x-two'),
    'The field x-two is missing.',
  ],
  [
    'field that is not there',
    t => t.get('/').status(200).header('x-two', null),
    t => t.get('/').status(200).header('x-one', null),
    'The field x-one is there.',
  ],
  [
    'JSON at a pointer',
    t => t.get('/').json('/name', 'Ada'),
    t => t.get('/').json('/name', 'Bob'),
    'The JSON at /name is not as expected: found "Ada", expected "Bob".',
  ],
  [
    'escaped pointer',
    t => t.get('/').json('/list/1/a~1b', /^de/),
    t => t.get('/').json('/list/01', 1),
    'There is no JSON at /list/01: nothing below /list has that name.',
  ],
  [
    'empty name in a pointer',
    t => t.get('/').json('/list/1/', 'empty'),
    t => t.get('/').json('/nope/x', 1),
    'nothing below the root has that name',
  ],
  [
    'null in JSON',
    t => t.get('/').json('/none', null),
    t => t.get('/').json('/none', undefined),
    'found null, expected nothing',
  ],
  [
    'JSON by matcher',
    t => t.get('/').json('', expect.objectContaining({ name: 'Ada' })),
    t => t.get('/').json('', expect.objectContaining({ name: 1 })),
    'The JSON is not as expected',
  ],
  [
    'JSON by schema',
    t => t.get('/').json('/name', v.string()),
    t => t.get('/').json('', v.object({ name: v.number() })),
    'does not meet the schema:\n  /name: Invalid type',
  ],
  [
    'JSON of what is none',
    t =>
      t
        .get('/')
        .status(200)
        .json({ name: 'Ada', list: [1, expect.anything()], none: null }),
    t => t.get('/page').json('/a', 1),
    'The body is not JSON',
  ],
  [
    'problem',
    t => t.get('/missing').problem('not_here', { detail: /fish/ }),
    t => t.get('/missing').problem('elsewhere'),
    'found "not_here", expected "elsewhere"',
  ],
  [
    'problem of another kind',
    t => t.get('/missing').problem('not_here', { status: 404 }),
    t => t.get('/').problem('not_here'),
    'not a problem document, but application/json',
  ],
  ['text of the body', t => t.get('/').text(/Ada/), t => t.get('/').text('Ada'), 'The text is not as expected'],
  [
    'what the body contains',
    t => t.get('/page').contains('<b>two</b>').contains(/let h/),
    t => t.get('/page').contains('<i>'),
    'The body does not contain "<i>".',
  ],
  [
    'what the body lacks',
    t => t.get('/page').lacks('<i>').lacks(/let x/),
    t => t.get('/page').lacks(/<b>t\w+/),
    'The body contains /<b>t\\w+/.',
  ],
  [
    'text of an element',
    t => t.get('/page').text('li', 'One two'),
    t => t.get('/page').text('li', 'One'),
    'The text of li is not as expected: found "One two"',
  ],
  [
    'text of nothing',
    t => t.get('/page').text('body', /^One two Three$/),
    t => t.get('/page').text('ul p', 'x'),
    'Nothing matches ul p.',
  ],
  ['HTML', t => t.get('/page').html('li', 'One  <b>two</b>'), t => t.get('/page').html('li', 'x'), 'The HTML in li'],
  [
    'attribute',
    t => t.get('/page').attribute('li', 'data-n', '1').attribute('li', 'id', null),
    t => t.get('/page').attribute('li', 'class', 'b'),
    'The attribute class of li',
  ],
  [
    'count',
    t => t.get('/page').count('li', 2).count('p', 0),
    t => t.get('/page').count('li', 3),
    '2 elements match li, not 3.',
  ],
  [
    'existence',
    t => t.get('/page').exists('li b').missing('li i'),
    t => t.get('/page').missing('b'),
    'Something matches b.',
  ],
  [
    'redirect',
    t => t.get('/moved').redirect('/page?x=1#top').redirect(/page/, 301),
    t => t.get('/moved').redirect('/page'),
    'The redirect is not as expected',
  ],
  [
    'redirect that is none',
    t => t.get('/moved').redirect(),
    t => t.get('/page').redirect(),
    'The answer is not a redirect, but 200.',
  ],
  [
    'cookie',
    t => t.get('/cookies').cookie('a', '1').cookie('a', { maxAge: 60, sameSite: 'Lax' }),
    t => t.get('/cookies').cookie('a', { secure: true }),
    'secure of the cookie a',
  ],
  [
    'cookie that is removed',
    t => t.get('/cookies').cookie('gone', ''),
    t => t.get('/cookies').cookie('gone'),
    'removes the cookie gone',
  ],
  [
    'no cookie',
    t => t.get('/cookies').noCookie('b'),
    t => t.get('/cookies').noCookie(),
    'The answer sets the cookies a, gone.',
  ],
  [
    'cacheable',
    t => t.get('/cached').cacheable().cacheable(60),
    t => t.get('/private').cacheable(),
    'Cache-Control: private',
  ],
  [
    'not cacheable',
    t => t.get('/private').cacheable(false),
    t => t.get('/cached').cacheable(false),
    'Shared caches may keep the answer',
  ],
  [
    'CSP',
    t => t.get('/').csp().csp('img-src', 'data:'),
    t => t.get('/').csp('img-src', 'https:'),
    'img-src does not have https:',
  ],
  [
    'queries',
    t => t.get('/').maxQueries(0),
    t => t.get('/').maxQueries(-1),
    'The application sent 0 queries, not -1 at most.',
  ],
  [
    'whatever else',
    t => t.get('/').satisfies(r => r.body.length > 5),
    t => t.get('/').satisfies(r => r.body.length < 5),
    'does not satisfy the test',
  ],
  [
    'snapshot',
    t => t.get('/page').snapshot(body => expect(body).toContain('<ul>'), 'ul'),
    t => t.get('/page').snapshot(body => expect(body).toBe('')),
    'to be',
  ],
]

describe('each assertion holds, and fails with the reason:', () => {
  test.each(rows)('%s', async (_, holds, fails, message) => {
    await holds(t)
    await expect(fails(t)).rejects.toThrow(message)
  })

  test.each(rows)('%s, at the line of the assertion', async (_, _holds, fails) => {
    const error = await fails(t).then(
      () => undefined,
      reason => reason as Error,
    )
    expect(error?.stack).toMatch(/\n {4}at (?:.*\()?[^\n]*assertions\.test\.ts:\d+:\d+/)
  })
})

test('assertions of an answer that is here throw at once', async () => {
  const response = await t.get('/page')
  expect(response.expect.status(200).text('li', 'One two')).toBe(response.expect)
  expect(() => response.expect.count('li', 5)).toThrow('2 elements match li, not 5.')
  expect(response).toMatchObject({ status: 200, text: PAGE })
  expect(response.dom.querySelectorAll('li').map(each => each.textContent)).toEqual(['One  two', 'Three'])
})

test('options that describe the request are refused once they can have no effect', async () => {
  expect(() => t.get('/').status(200).query({ a: 1 })).toThrow(
    'query() describes the request: call it before the first assertion.',
  )
  expect(() => t.post('/').json({}).form({})).toThrow('The request already has a body, which form() would replace.')
  const sent = t.get('/')
  await sent
  expect(() => sent.status(200)).toThrow('status() describes the request, but the request has already been sent.')
  expect(() => t.get('/').header('a', 'b\r\nc: d')).toThrow('has a line break in it')
  expect(() => t.get('users')).toThrow('must begin with a slash, unlike "users"')
  await expect(t.close()).rejects.toThrow('was never awaited')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../src/index.ts'
import { sampleApp } from './sample-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await testApp(sampleApp())
})
afterAll(() => t.close())

const signUp = () => t.visitor().get('/pages/1')
const fields = (response: { json: { fields: [string, string][] } }) => response.json.fields

test('follows links by their text, by a part of it, and by a selector, relative to the page', async () => {
  const page = await signUp()
  const second = await page.click('Second page').text('h1', 'Second')
  await second.click('Fir').text('h1', 'Sign up')
  await page.click('a[href$="/2"]').text('h1', 'Second')
  await second.back().text('h1', 'Sign up')
})

test('goes back only where there is something', async () => {
  const page = await signUp()
  expect(() => page.back()).toThrow('no page to go back to')
})

test('asks for pages as a browser does', async () => {
  const { request } = await (await signUp()).click('Second page')
  expect(Object.fromEntries(request.fields)).toMatchObject({
    'Sec-Fetch-Site': 'same-origin',
    Referer: 'http://localhost/pages/1',
  })
  const sent = await (await signUp()).submit('#sign-up')
  expect(Object.fromEntries(sent.request.fields)).toMatchObject({ Origin: 'http://localhost' })
})

test('enters by label, name or selector, and sends the button that is pressed', async () => {
  const page = await signUp()
  page
    .fill('Your name', 'Hopper')
    .fill('[name=password]', 'p')
    .select('plan', 'Large')
    .check('terms')
    .select('Five', '5')
    .uncheck('[value=grills]')
  const sent = fields(await page.click('Save a draft'))
  expect(sent).toEqual(
    expect.arrayContaining([
      ['name', 'Hopper'],
      ['password', 'p'],
      ['plan', 'l'],
      ['terms', 'on'],
      ['size', '5'],
      ['do', 'draft'],
    ]),
  )
  expect(sent).not.toContainEqual(['topics', 'grills'])
  expect(sent).not.toContainEqual(['do', 'save'])
})

test('attaches files', async () => {
  const app = sampleApp()
  app.post('/upload', async c => {
    const parts: unknown[] = []
    for await (const part of c.req.multipart())
      parts.push('filename' in part ? [part.name, part.filename, String(await part.bytes())] : [part.name, part.value])
    return parts
  })
  await using t = await testApp(app)
  const page = await t.get('/upload')
  page.attach('Picture', { filename: 'ä.txt', content: 'x' }).fill('note', 'ö')
  await page.click('Send').json('', [
    ['picture', 'ä.txt', 'x'],
    ['note', 'ö'],
  ])
})

test('refuses actions that the page does not offer', async () => {
  const page = await signUp()
  const refusals: [() => unknown, string][] = [
    [
      () => page.submit('#sign-up', { nmae: 'x' }),
      'Nothing on the page /pages/1 matches [name=nmae]. Did you mean name?',
    ],
    [() => page.submit('#login'), 'There are: form#sign-up'],
    [() => page.submit('#sign-up', { plan: 'Medium' }), 'does not offer "Medium", but "s", "l"'],
    [() => page.submit('#sign-up', { plan: 'Huge' }), 'the option is disabled'],
    [() => page.submit('#sign-up', { locked: 'y' }), 'the field locked is read-only'],
    [() => page.submit('#sign-up', { off: 'y' }), 'the field off is disabled'],
    [() => page.submit('#sign-up', { size: '7' }), 'does not offer "7"'],
    [() => page.submit('#sign-up', { topics: true }), 'give the list of values'],
    [() => page.click('Secnd page'), 'matches Secnd page. Did you mean Second page?'],
    [() => page.click('Sa'), '2 elements on the page /pages/1 match Sa'],
    [() => page.click('Elsewhere'), 'is another site'],
    [() => page.fill('Age', 7), 'matches Age'],
  ]
  for (const [act, message] of refusals) expect(act).toThrow(message)
})

test('responses other than pages have no links', async () => {
  const answer = await t.get('/users/1')
  expect(() => answer.click('x')).toThrow('click() needs a page, but the response to GET /users/1 is application/json')
})

test('continues from a page that is still to come, in one chain', async () => {
  const visitor = t.visitor()
  await visitor
    .visit('/pages/1')
    .status(200)
    .fill('Your name', 'Hopper')
    .select('plan', 'Large')
    .check('terms')
    .uncheck('[value=grills]')
    .click('Save a draft')
    .status(200)
    .json('/fields/1', ['name', 'Hopper'])
  await visitor
    .visit('/pages/1')
    .click('Second page')
    .click('First')
    .submit('#sign-up', { name: 'Ada' })
    .json('/fields/1/1', 'Ada')
  await visitor.visit('/pages/1').submit('#sign-up').query({ q: 1 }).header('X-One', '1').status(200)
})

test('a description after a step belongs to that step', async () => {
  const sent = await t
    .visit('/pages/1')
    .submit('#sign-up')
    .header('Sec-Fetch-Site', 'cross-site')
    .query({ q: 1 })
    .status(200)
  expect(sent.request.target).toBe('/sign-up?q=1')
  expect(sent.request.fields.filter(([name]) => name === 'Sec-Fetch-Site')).toEqual([['Sec-Fetch-Site', 'cross-site']])
})

test('a step that the page does not offer fails at its line, and an answer that is not a page is shown', async () => {
  const missing = await t
    .visit('/pages/1')
    .click('Thrid page')
    .then(
      () => undefined,
      error => error as Error,
    )
  expect(missing?.stack).toMatch(/matches Thrid page(.|\n)*page\.test\.ts:\d+/)
  await expect(t.visit('/boom').click('x')).rejects.toThrow(
    /Nothing on the page \/boom matches x\.(.|\n)*500(.|\n)*The valve is stuck/,
  )
  await expect(t.get('/boom').click('x')).rejects.toThrow(/click\(\) needs a page(.|\n)*The valve is stuck/)
  await expect(t.visit('/pages/1').fill('Age', 7).submit('#sign-up')).rejects.toThrow('matches Age')
})

test('a step that is not awaited is reported once', async () => {
  const other = await testApp(sampleApp())
  void other.visit('/pages/1').click('Second page')
  await expect(other.close()).rejects.toThrow(
    /left something behind:\n {2}click\("Second page"\) on GET \/pages\/1 was never awaited \(at .*page\.test\.ts:\d+[^\n]*$/,
  )
})

test('a visitor has fields of their own, and cookies of someone else where told so', async () => {
  const proxied = t.visitor({ headers: { 'X-Forwarded-For': '203.0.113.9', Host: '127.0.0.1' } })
  await proxied
    .get('/echo')
    .json('/headers', expect.objectContaining({ 'x-forwarded-for': '203.0.113.9', host: '127.0.0.1' }))
  await proxied.get('/echo').header('X-Forwarded-For', '::1').json('/headers/x-forwarded-for', '::1')
  const owner = t.visitor()
  await owner.get('/cookie')
  await t.visitor({ cookies: owner.cookies }).get('/cookie').json('/sent', { seen: 'yes' })
  await t
    .visitor({ cookies: { seen: 'no', __Host: 'x' } })
    .get('/cookie')
    .json('/sent', { seen: 'no', __Host: 'x' })
  owner.cookies.clear()
})

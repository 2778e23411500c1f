import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { OUTBOX_FOLDER, readOutbox } from '@arlen/mail/outbox'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from '../src/index.ts'
import { serveApp } from './serve-app.ts'

const FILES = {
  'mail/welcome.txt.ets': '<% subject("Welcome") -%>\nHello <%= $name %>: <%= $link %>\n',
  'mail/welcome.html.ets': '<p>Hello <%= $name %></p>',
  'mail/curious.txt.ets': '<% subject("x") %><%= csrfToken() %>',
  'mail/linked.txt.ets': '<% subject("x") %>https://shop.example<%= urlFor("home") %>',
  'page.html.ets': '<% subject("x") %>',
  'site.html.ets': '<html><%= content() %></html>',
  'letter.html.ets': '<table><%= content() %></table>',
}

function folder(files: Readonly<Record<string, string>> = FILES): string {
  const root = mkdtempSync(join(tmpdir(), 'arlen-app-mail-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, 'templates', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return root
}

const ada = { to: 'ada@example.com', locals: { name: 'Ada & Co', link: 'https://shop.example/?a=1&b=2' } }
const from = 'shop@shop.example'

test('an application that closes waits for its mail', async () => {
  const served = await serveApp(() => undefined, { root: folder(), config: { mail: { from } } })
  let isSent = false
  const sent = served.app.mail.send('welcome', ada).then(() => {
    isSent = true
  })
  await served.close()
  expect(isSent).toBe(true)
  await sent
})

test('handlers send mail, which development keeps in .arlen/outbox', async () => {
  const root = folder()
  const config = { mail: { from, layout: 'letter' }, views: { layout: 'site' } }
  const served = await serveApp(app => app.get('/', async c => c.json(await c.mail.send('welcome', ada))), {
    root,
    environment: 'development',
    config: { ...config, security: { enabled: false } },
  })
  const { id } = await (await served.get('/')).json()
  await served.close()
  const kept = await readOutbox(join(root, OUTBOX_FOLDER))
  expect(kept).toMatchObject([
    {
      id,
      subject: 'Welcome',
      text: 'Hello Ada & Co: https://shop.example/?a=1&b=2\n',
      html: '<table><p>Hello Ada &amp; Co</p></table>',
    },
  ])
})

test('tests have an outbox of their own, also where a server is configured', async () => {
  const root = folder()
  const app = createApp({ root, environment: 'test', log: false, config: { mail: { from, host: '127.0.0.1' } } })
  await app.mail.send('welcome', ada)
  expect(await readOutbox(join(root, `${OUTBOX_FOLDER}-test`))).toHaveLength(1)
})

test('an API sends mail too', async () => {
  const root = folder()
  const app = createApp({ root, environment: 'test', log: false, config: { apiOnly: true, mail: { from } } })
  await app.mail.send('welcome', ada)
  expect(await readOutbox(join(root, `${OUTBOX_FOLDER}-test`))).toHaveLength(1)
})

test('production says what is missing when mail is sent, and starts without', async () => {
  const config = { session: { enabled: false }, mail: { from } }
  const served = await serveApp(app => app.get('/', c => c.mail.send('welcome', ada)), {
    root: folder(),
    environment: 'production',
    config,
  })
  expect((await served.get('/')).status).toBe(500)
  expect(served.log.filter(line => line.msg === 'mail was not sent')).toMatchObject([
    { level: 'error', mail: 'welcome', err: { code: 'mail_not_configured' } },
  ])
  await served.close()
})

test('helpers that work only in pages or only in mail are errors elsewhere, by name', async () => {
  const root = folder()
  const app = createApp({ root, environment: 'test', log: false, config: { mail: { from } } })
  app.get('/home', { name: 'home' }, c => c.text('home'))
  await expect(app.mail.send('curious', { to: ada.to })).rejects.toThrow(/csrfToken\(\), which needs a request/)
  await app.mail.send('linked', { to: ada.to })
  expect((await readOutbox(join(root, `${OUTBOX_FOLDER}-test`)))[0]?.text).toBe('https://shop.example/home')
  const served = await serveApp(other => other.get('/', c => c.render('page' as never, {} as never)), { root })
  await served.get('/')
  expect(JSON.stringify(served.log)).toContain('subject() belongs to templates of mail.')
  await served.close()
})

test('without templates, says where they belong', async () => {
  const root = folder({})
  const app = createApp({ root, environment: 'test', log: false, config: { mail: { from } } })
  await expect(app.mail.send('welcome', ada)).rejects.toMatchObject({
    code: 'mail_templates_missing',
    message: expect.stringContaining(join(root, 'templates/mail')),
  })
})

test.each([
  [{ deliver: 'smtp' }, /mail\.host .*must be set to send mail by SMTP/],
  [{ host: 'x', user: 'shop' }, /mail\.password .*must be set where there is a user/],
  [{ host: 'mail.example.com', user: 'shop', password: 's3cret', tls: 'off' }, /mail\.tls .*must be on where/],
  [{ port: 0 }, /mail\.port/],
  [{ hots: 'x' }, /mail\.hots .*did you mean host/],
])('refuses the settings %j, without its secrets', (mail, message) => {
  const make = () => createApp({ root: import.meta.dirname, environment: 'test', config: { mail: mail as never } })
  expect(make).toThrow(message)
  expect(make).not.toThrow(/s3cret/)
})

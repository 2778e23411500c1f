import { join } from 'node:path'
import { keepMessage, OUTBOX_FOLDER } from '@arlen/mail/outbox'
import { expect, test } from 'vitest'
import { mailDocument, mailPage } from '../src/panel/mail-pages.ts'
import { AS_BROWSER, AS_PROGRAM, answering, serving, TestFolder } from './support.ts'

const message = {
  id: '1@shop.example',
  template: 'welcome',
  date: '2026-02-28T12:00:00.000Z',
  from: { name: 'Shop', address: 'shop@shop.example' },
  to: [{ name: '', address: 'ada@example.com' }],
  cc: [],
  bcc: [{ name: '', address: 'hank@example.com' }],
  replyTo: undefined,
  subject: 'Welcome <b>',
  text: 'Hello: https://shop.example/reset?token=1&x=2 <script>',
  html: '<p style="color: red">Hello</p><script>alert(1)</script>',
  headers: {},
  attachments: [{ filename: 'a.txt', contentType: undefined, cid: undefined, content: Buffer.from('abc') }],
}

test('the development server shows the mail that the application has kept', async () => {
  const server = await serving({ 'app.js': answering('hi') })
  const get = (path: string) => server.get(path, AS_BROWSER)
  expect((await get('/_boomhauer/outbox')).body).toContain('has sent no mail yet')
  const file = (await keepMessage(join(server.root, OUTBOX_FOLDER), message)).split('/').at(-1)!

  const list = await get('/_boomhauer/outbox')
  expect(list.body).toContain(`<a href="/_boomhauer/outbox/${file}">Welcome &lt;b&gt;</a>`)
  expect(list.body).toContain('ada@example.com, hank@example.com')
  const page = await get(`/_boomhauer/outbox/${file}`)
  expect(page.body).toContain('<a href="https://shop.example/reset?token=1&amp;x=2">')
  expect(page.body).toContain('&lt;script&gt;')
  expect(page.body).toContain('a.txt (3 bytes)')
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")

  const part = await get(`/_boomhauer/outbox/${file}/html`)
  expect(part.body).toContain(message.html)
  expect(part.headers['content-security-policy']).toMatch(
    /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/,
  )
  const json = await server.get('/_boomhauer/outbox', AS_PROGRAM)
  expect(JSON.parse(json.body)).toMatchObject([
    { subject: 'Welcome <b>', attachments: [{ filename: 'a.txt', bytes: 3 }] },
  ])
  for (const path of ['nothing.json', '..%2f..%2fpackage.json', `${file}/raw`])
    expect((await get(`/_boomhauer/outbox/${path}`)).status).toBe(404)
})

test('a mail without HTML has no such part', async () => {
  const folder = new TestFolder({})
  const { html: _, ...text } = message
  const file = (await keepMessage(join(folder.root, OUTBOX_FOLDER), { ...text, html: undefined })).split('/').at(-1)!
  expect((await mailPage(folder.root, file))?.content.html).not.toContain('<iframe')
  expect(await mailDocument(folder.root, file)).toBeUndefined()
})

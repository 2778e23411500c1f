import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createMailer, type MailEvent } from '../src/index.ts'
import { clearOutbox, readOutbox } from '../src/outbox.ts'
import { templates, temporaryFolder } from './templates.ts'

const from = 'shop@strickland.example'

test('keeps mail in a folder, the newest first, readable by its owner alone', async () => {
  const outbox = join(temporaryFolder(), 'outbox')
  expect(await readOutbox(outbox)).toEqual([])
  const mail = createMailer({ templates, from, outbox })
  const attachments = [{ filename: 'a.bin', content: new Uint8Array([0, 255, 10]) }]
  await mail.send('welcome', { to: 'ada@example.com', locals: { name: 'Ada' }, attachments })
  await mail.send('welcome', { to: 'hank@example.com', locals: { name: 'Hank' } })
  const [second, first, ...others] = await readOutbox(outbox)
  expect(others).toEqual([])
  expect(first).toMatchObject({
    template: 'welcome',
    subject: 'Welcome, Ada',
    text: 'Hello Ada!\n',
    html: '<p>Hello <b>Ada</b>!</p>\n',
    to: [{ name: '', address: 'ada@example.com' }],
    attachments: [{ filename: 'a.bin', content: Buffer.from([0, 255, 10]) }],
  })
  expect(second?.subject).toBe('Welcome, Hank')
  expect(statSync(outbox).mode & 0o077).toBe(0)
  for (const file of readdirSync(outbox)) expect(statSync(join(outbox, file)).mode & 0o077).toBe(0)
  await clearOutbox(outbox)
  expect(await readOutbox(outbox)).toEqual([])
})

test('keeps the last hundred', async () => {
  const outbox = temporaryFolder()
  const mail = createMailer({ templates, from, outbox })
  for (let i = 0; i < 103; i++) await mail.send('welcome', { to: 'ada@example.com', locals: { name: `${i}` } })
  const kept = await readOutbox(outbox)
  expect([kept.length, kept[0]?.subject, kept.at(-1)?.subject]).toEqual([100, 'Welcome, 102', 'Welcome, 3'])
})

test('leaves out files that are no mail', async () => {
  const outbox = temporaryFolder()
  writeFileSync(join(outbox, '2026-01-01.json'), '{"half":')
  writeFileSync(join(outbox, 'notes.txt'), 'x')
  expect(await readOutbox(outbox)).toEqual([])
})

test('a subscriber of arlen:mail:send can keep mail from being sent', async () => {
  const seen: string[] = []
  const take = (given: unknown) => {
    const event = given as MailEvent
    seen.push(event.message.subject)
    event.handled = true
  }
  subscribe('arlen:mail:send', take)
  onTestFinished(() => void unsubscribe('arlen:mail:send', take))
  const outbox = temporaryFolder()
  const mail = createMailer({ templates, from, outbox })
  await mail.send('welcome', { to: 'ada@example.com', locals: { name: 'Ada' } })
  expect(seen).toEqual(['Welcome, Ada'])
  expect(await readOutbox(outbox)).toEqual([])
})

test('without a server and without an outbox, says what to set', async () => {
  const mail = createMailer({ templates, from })
  await expect(mail.send('welcome', { to: 'ada@example.com', locals: { name: 'Ada' } })).rejects.toMatchObject({
    code: 'mail_not_configured',
    message: expect.stringContaining('ARLEN_MAIL_HOST'),
  })
})

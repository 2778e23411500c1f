import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'arlen'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestApp, testApp } from '../src/index.ts'

const root = mkdtempSync(join(tmpdir(), 'arlen-outbox-'))
let t: TestApp

beforeAll(async () => {
  mkdirSync(join(root, 'templates/mail'), { recursive: true })
  writeFileSync(
    join(root, 'templates/mail/reset.txt.ets'),
    '<% subject("Your password") -%>\nChoose another: https://shop.example/reset?token=<%= $token %>.\n',
  )
  // A server is configured; in tests nothing goes there.
  const mail = { from: 'shop@shop.example', deliver: 'smtp', host: '127.0.0.1', port: 9 } as const
  const app = createApp({ root, environment: 'test', config: { session: { enabled: false }, mail } })
  app.get('/now/:name', async c => {
    await c.mail.send('reset', { to: `${c.params.name}@example.com`, locals: { token: 't1' } })
    return 'sent'
  })
  app.get('/later/:name', c => {
    setImmediate(() => void app.mail.send('reset', { to: `${c.params.name}@example.com`, locals: { token: 't2' } }))
    return 'on its way'
  })
  t = await testApp(app)
})
beforeEach(() => t.outbox.clear())
afterAll(async () => {
  await t.close()
  rmSync(root, { recursive: true })
})

test('mail of a request is seen with it, and in the outbox', async () => {
  const answer = await t.get('/now/ada').mailed().mailed({ to: 'ada@example.com', subject: /^Your/, text: 'token=t1' })
  expect(answer.mails.map(each => each.template)).toEqual(['reset'])
  t.outbox.count(1).sent({ to: 'ada@example.com', template: 'reset' }).lacks({ to: 'hank@example.com' })
  t.outbox.clear()
  t.outbox.count(0).lacks()
})

test('mail that comes after the answer is waited for, each once', async () => {
  await t.get('/later/hank').status(200)
  const { links, to } = await t.outbox.next({ to: 'hank@example.com' })
  expect([links, to]).toEqual([['https://shop.example/reset?token=t2'], [{ name: '', address: 'hank@example.com' }]])
  await expect(t.outbox.next({}, 10)).rejects.toMatchObject({ code: 'no_mail' })
  await t.get('/now/bill')
  await t.get('/now/dale')
  expect((await t.outbox.next({ to: /^dale/ })).subject).toBe('Your password')
  expect((await t.outbox.next()).to[0]?.address).toBe('bill@example.com')
})

test('failed assertions show the outbox', async () => {
  await t.get('/now/ada')
  const told = '  reset to ada@example.com: Your password'
  expect(() => t.outbox.sent({ to: 'hank@example.com' })).toThrow(
    `There is no mail with to "hank@example.com".\n\nThe outbox:\n${told}`,
  )
  expect(() => t.outbox.count(2)).toThrow('There are 1 mails, not 2.')
  expect(() => t.outbox.lacks({ subject: /password/ })).toThrow('There is a mail with subject /password/.')
  // A misspelled name would match no mail, so that a test of what is not sent would always pass.
  const misspelled = { subjct: 'Your password' } as never
  for (const assertion of [
    () => t.outbox.sent(misspelled),
    () => t.outbox.lacks(misspelled),
    () => t.outbox.count(0, misspelled),
  ])
    expect(assertion).toThrow(/subjct.*subject/)
  await expect(t.outbox.next(misspelled)).rejects.toMatchObject({ code: 'option_unknown' })
  await expect(t.get('/later/ada').mailed()).rejects.toThrow('No such mail was sent for this request, but:\n(no mail)')
  await t.outbox.next({ text: 't2' })
  await expect(t.outbox.next({ to: 'nobody@example.com' }, 10)).rejects.toThrow(told)
})

test('a failed assertion points at the line that made it', () => {
  const error = (() => {
    try {
      return t.outbox.sent({ to: 'nobody@example.com' })
    } catch (thrown) {
      return thrown as Error
    }
  })() as Error
  expect(error.stack?.split('\n').find(line => line.includes(' at '))).toContain('outbox.test.ts')
})

test('an application of another process has no outbox here', async () => {
  const other = await testApp('http://127.0.0.1:1')
  expect(() => other.outbox).toThrow(/outbox needs the application in this process/)
  await other.close()
})

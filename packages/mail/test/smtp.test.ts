import type { Logger } from '@arlen/core'
import { describe, expect, test } from 'vitest'
import { createMailer, type Mailer, type MailerOptions, type SmtpOptions } from '../src/index.ts'
import { CERTIFICATE, type MailServer, PASSWORD, startMailServer, USER } from './mail-server.ts'
import { templates } from './templates.ts'

const ada = { to: 'ada@example.com', locals: { name: 'Ada' } }

function lines(): { log: Logger; logged: unknown[][] } {
  const logged: unknown[][] = []
  const write =
    (level: string) =>
    (...line: unknown[]) =>
      void logged.push([level, ...line])
  const log = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: () => log,
  } as Logger
  return { log, logged }
}

function mailer(
  server: Pick<MailServer, 'port'>,
  smtp: Partial<SmtpOptions> = {},
  options: Partial<MailerOptions> = {},
): Mailer {
  return createMailer({
    templates,
    from: 'Strickland Propane <shop@strickland.example>',
    smtp: { host: '127.0.0.1', port: server.port, ca: CERTIFICATE, ...smtp },
    ...options,
  })
}

test('sends both parts of a template over an encrypted connection', async () => {
  await using server = await startMailServer()
  const mail = mailer(server)
  const { id, rejected } = await mail.send('welcome', {
    to: 'Ada Lovelace <ada@example.com>',
    locals: { name: 'Ada <3' },
  })
  await mail.close()
  const [arrived] = server.arrived
  expect(arrived).toMatchObject({ mailFrom: 'shop@strickland.example', rcptTo: ['ada@example.com'], encrypted: true })
  expect(arrived!.mail.subject).toBe('Welcome, Ada <3')
  expect(arrived!.mail.from?.text).toBe('"Strickland Propane" <shop@strickland.example>')
  expect(arrived!.mail.text).toBe('Hello Ada <3!\n')
  expect(arrived!.mail.html).toBe('<p>Hello <b>Ada &lt;3</b>!</p>\n')
  expect(arrived!.mail.messageId).toBe(`<${id}>`)
  expect(arrived!.mail.headers.get('auto-submitted')).toBe('auto-generated')
  expect(rejected).toEqual([])
})

test('sends copies, reply addresses, headers and attachments, and hides blind copies', async () => {
  await using server = await startMailServer()
  const mail = mailer(server)
  await mail.send('welcome', {
    ...ada,
    to: [ada.to, { name: 'Hill, Hank', address: 'hank@example.com' }],
    cc: 'peggy@example.com',
    bcc: ['dale@example.com'],
    from: 'orders@strickland.example',
    replyTo: 'help@strickland.example',
    subject: 'Grüße aus Arlen',
    headers: { 'List-Unsubscribe': '<https://strickland.example/stop>' },
    attachments: [{ filename: 'rechnung.txt', content: 'two hoses' }],
  })
  await mail.close()
  const { raw, rcptTo, mail: parsed } = server.arrived[0]!
  expect(rcptTo).toEqual(['ada@example.com', 'hank@example.com', 'peggy@example.com', 'dale@example.com'])
  expect(raw).not.toContain('dale@example.com')
  expect(parsed.subject).toBe('Grüße aus Arlen')
  expect(parsed.replyTo?.text).toBe('help@strickland.example')
  expect(parsed.from?.text).toBe('orders@strickland.example')
  expect(parsed.headers.get('list')).toMatchObject({ unsubscribe: { url: 'https://strickland.example/stop' } })
  expect(parsed.attachments.map(each => [each.filename, each.content.toString()])).toEqual([
    ['rechnung.txt', 'two hoses'],
  ])
})

test('logs in, with a password that a function gives and that is asked for again once it was refused', async () => {
  await using server = await startMailServer({ authOptional: false })
  const passwords = ['old password', PASSWORD]
  const { log, logged } = lines()
  const mail = mailer(server, { user: USER, password: async () => passwords.shift()! }, { log })
  const error = await mail.send('welcome', ada).catch(thrown => thrown)
  expect(error).toMatchObject({ code: 'mail_login_failed', message: expect.stringContaining('mail.password') })
  await mail.send('welcome', ada)
  await mail.close()
  expect(server.arrived).toHaveLength(1)
  expect(JSON.stringify([error.message, error.cause, logged])).not.toContain('old password')
})

test('uses few connections for many mails, and waits for those on their way before it closes', async () => {
  await using server = await startMailServer()
  const mail = mailer(server, { connections: 2 })
  const sent = Array.from({ length: 12 }, () => mail.send('welcome', ada))
  await mail.close()
  expect(server.arrived).toHaveLength(12)
  expect(server.connections).toBeLessThanOrEqual(2)
  await Promise.all(sent)
  await mail.send('welcome', ada)
  await mail.close()
  expect(server.arrived).toHaveLength(13)
})

describe('encryption', () => {
  test('is demanded: a server without STARTTLS gets nothing', async () => {
    await using server = await startMailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    await expect(mailer(server).send('welcome', ada)).rejects.toMatchObject({ code: 'mail_tls_failed' })
    expect(server.arrived).toEqual([])
  })

  test('is required: an untrusted certificate is refused', async () => {
    await using server = await startMailServer()
    const mail = createMailer({
      templates,
      from: 'shop@strickland.example',
      smtp: { host: '127.0.0.1', port: server.port },
    })
    await expect(mail.send('welcome', ada)).rejects.toMatchObject({
      code: 'mail_tls_failed',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
    expect(server.arrived).toEqual([])
  })

  test('from the first byte where the server wants that, and none where it is off', async () => {
    await using implicit = await startMailServer({ secure: true })
    const first = mailer(implicit, { tls: 'implicit' })
    await first.send('welcome', ada)
    await first.close()
    expect(implicit.arrived[0]?.encrypted).toBe(true)
    await using plain = await startMailServer({ hideSTARTTLS: true })
    const second = mailer(plain, { tls: 'off' })
    await second.send('welcome', ada)
    await second.close()
    expect(plain.arrived[0]?.encrypted).toBe(false)
  })

  test('cannot be off where a password would cross the network', () => {
    expect(() => mailer({ port: 25 }, { host: 'mail.example.com', tls: 'off', user: 'x', password: 'y' })).toThrow(
      /smtp\.tls must not be off/,
    )
  })
})

describe('a mail that does not go out', () => {
  test('says that no server answers, within its time', async () => {
    const server = await startMailServer()
    await server[Symbol.asyncDispose]()
    await expect(mailer(server).send('welcome', ada)).rejects.toMatchObject({
      code: 'mail_server_unreachable',
      message: expect.stringContaining(`127.0.0.1:${server.port}`),
    })
  })

  test('says so where the server accepts the connection and is silent', async () => {
    await using server = await startMailServer({ onConnect: () => undefined })
    await expect(mailer(server, { timeoutMs: 100 }).send('welcome', ada)).rejects.toMatchObject({
      code: 'mail_server_unreachable',
    })
  })

  test.each([
    [550, 'mail_rejected'],
    [451, 'mail_deferred'],
  ])('tells a refusal from a delay: %d is %s', async (responseCode, code) => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _, done) =>
        done(Object.assign(new Error(`<${address}> see http://spam.example/why?token=s3cret`), { responseCode })),
    })
    const { log, logged } = lines()
    const error = await mailer(server, {}, { log })
      .send('welcome', ada)
      .catch(thrown => thrown)
    expect(error).toMatchObject({ code, message: expect.stringContaining(String(responseCode)) })
    expect(logged).toEqual([['error', { err: error, mail: 'welcome' }, 'mail was not sent']])
    expect(error.cause).toBeUndefined()
    expect(error.message).not.toMatch(/ada@example\.com|s3cret/)
  })

  test('names the recipients that were refused where others were not', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _, done) => done(address.startsWith('gone') ? new Error('unknown') : null),
    })
    const { log, logged } = lines()
    const mail = mailer(server, {}, { log })
    const { rejected } = await mail.send('welcome', { ...ada, to: ['ada@example.com', 'gone@example.com'] })
    await mail.close()
    expect(rejected).toEqual(['gone@example.com'])
    expect(logged).toMatchObject([['warn', { mail: 'welcome', recipients: 2, rejected: 1 }, expect.any(String)]])
    expect(JSON.stringify(logged)).not.toContain('@example.com')
  })
})

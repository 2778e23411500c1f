import { describe, expect, test } from 'vitest'
import { cleaned, smtpFailure } from './smtp-failure.ts'

describe('smtpFailure', () => {
  test.each([
    [{ code: 'EAUTH', responseCode: 535 }, 'mail_login_failed'],
    [{ code: 'EAUTH', responseCode: 454 }, 'mail_deferred'],
    [{ code: 'ETLS' }, 'mail_tls_failed'],
    [{ code: 'ESOCKET', message: 'self-signed certificate' }, 'mail_tls_failed'],
    [{ code: 'EENVELOPE', responseCode: 550 }, 'mail_rejected'],
    [{ code: 'EMESSAGE', responseCode: 421 }, 'mail_deferred'],
    [{ code: 'ETIMEDOUT' }, 'mail_server_unreachable'],
    [{ code: 'EDNS' }, 'mail_server_unreachable'],
    [{ code: 'EPROTOCOL' }, 'mail_failed'],
    ['a string', 'mail_failed'],
    [null, 'mail_failed'],
  ])('%j is %s', (error, code) => {
    const failure = smtpFailure(error, 'welcome', 'mail.example.com:587', [])
    expect([failure.code, failure.cause]).toEqual([code, undefined])
  })
})

describe('cleaned', () => {
  test('takes out passwords, as they are and as they are sent, addresses, links and line breaks', () => {
    const secret = 'hunter 2'
    const text = `550 no ${secret} ${Buffer.from(secret).toString('base64')}\r\n<ada@example.com> https://x.example/reset?token=1`
    expect(cleaned(text, [secret])).toBe('550 no [redacted] [redacted] [address] [link]')
    expect(cleaned('fine', [''])).toBe('fine')
  })

  test('keeps it short', () => {
    expect(cleaned('x'.repeat(5_000), [])).toHaveLength(201)
  })
})

import type { ArlenError } from '@arlen/core'
import { mailError } from './errors.ts'

type Code = Parameters<typeof mailError>[0]

interface Failure {
  code?: string
  message?: string
  responseCode?: number
  response?: string
}

const LONGEST_REASON = 200

/**
 * The error for a mail that was not sent. The server's or library's message is sanitized and kept as the reason, not as the
 * `cause`: a server may repeat what it was sent, and causes end up in logs.
 */
export function smtpFailure(error: unknown, name: string, server: string, secrets: readonly string[]): ArlenError {
  const failure = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Failure
  return mailError(codeOf(failure), {
    name,
    server,
    reason: cleaned(failure.response ?? failure.message ?? '', secrets),
  })
}

function codeOf({ code = '', message = '', responseCode = 0 }: Failure): Code {
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return responseCode >= 400 && responseCode < 500 ? 'mail_deferred' : 'mail_login_failed'
  if (code === 'ETLS' || /certificate|STARTTLS|SSL|TLS/i.test(message)) return 'mail_tls_failed'
  if (responseCode >= 500) return 'mail_rejected'
  if (responseCode >= 400) return 'mail_deferred'
  return /^(?:ECONNECTION|ETIMEDOUT|ESOCKET|EDNS|ECONN\w+|EHOSTUNREACH|ENETUNREACH|ENOTFOUND)$/.test(code)
    ? 'mail_server_unreachable'
    : 'mail_failed'
}

/** Removes addresses, links and passwords, which a server's response may repeat. */
export function cleaned(reason: string, secrets: readonly string[]): string {
  let text = reason.slice(0, 2_000)
  for (const secret of secrets) {
    if (secret === '') continue
    for (const form of [secret, Buffer.from(secret).toString('base64')]) text = text.replaceAll(form, '[redacted]')
  }
  text = text
    .split(/[\s\u0000-\u001f\u007f]+/)
    .map(word => (word.includes('://') ? '[link]' : word.includes('@') ? '[address]' : word))
    .join(' ')
    .trim()
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text
}

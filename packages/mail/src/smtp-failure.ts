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
 * The error of a mail that was not sent. What the server or the library says is cleaned and kept as the reason; it is not
 * the `cause`, for a server may repeat what it was told, and a cause ends up in logs.
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

/** Takes out addresses, links and passwords, which a server's answer may repeat. */
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

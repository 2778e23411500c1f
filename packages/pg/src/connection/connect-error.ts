import { ArlenError } from '@arlen/core'
import { pgError } from '../errors.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { type Settings, targetOf } from './options.ts'

const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Check that PostgreSQL runs, and the port.',
  ECONNRESET: 'the connection was cut. Check that it is PostgreSQL that listens there.',
  ENOENT: 'the socket does not exist. Check that PostgreSQL runs.',
  ENOTFOUND: 'the host name is unknown. Check the host in the URL.',
  EAI_AGAIN: 'the host name could not be resolved. Check the network.',
  ETIMEDOUT: 'no answer. Check the host, the port and the firewall.',
  EHOSTUNREACH: 'the host cannot be reached. Check the network.',
  '28P01': 'the password is wrong. Check user and password in the URL.',
  '28000': 'the server does not let this user in. Check the user in the URL and pg_hba.conf.',
  '3D000': 'the database does not exist. Create it, or check the name in the URL.',
  '42501': 'the user lacks the right to connect. Grant CONNECT on the database.',
  '53300': 'the server has no connection left. Lower max, or raise max_connections.',
  '57P03': 'the server is starting up or shutting down. Try again in a moment.',
}

/** Errors without a code. */
const BY_MESSAGE: readonly [RegExp, string][] = [
  [
    /startup parameter/,
    'a pooler such as PgBouncer is in between, which takes no session settings. Use prepare: false.',
  ],
  [
    /SELF_SIGNED|LEAF_SIGNATURE|ISSUER_CERT/,
    'the certificate is self-signed, or of an authority that is not known. Name that by sslrootcert=<file> in the URL, or give ssl to createPg.',
  ],
  [
    /password must be a (?:non-empty )?string|no password supplied|empty password|recv_password_packet/,
    'the server asks for a password, and none is given. Put it into the URL, PGPASSWORD or ~/.pgpass.',
  ],
  [/no encryption|SSL off/, 'the server refuses this user without TLS. Put sslmode=verify-full into the URL.'],
  [/does not support SSL/, 'the server offers no TLS. Put sslmode=disable into the URL if that is meant.'],
  [/^ .*timeout/, ADVICE.ETIMEDOUT!],
]

const OTHERWISE = 'Check the URL, and whether the server runs and lets this machine in.'

/** One line: what, where, what to do; the latter is the error's remedy, too. */
export function connectError(cause: unknown, settings: Settings): ArlenError {
  if (cause instanceof ArlenError) return cause
  const error = cause as ServerMessage
  const inner = (cause as AggregateError).errors?.[0] as ServerMessage | undefined
  const code = error.code ?? inner?.code ?? ''
  const message = error.message || String(inner?.message ?? cause)
  const known = BY_MESSAGE.find(([pattern]) => pattern.test(`${code} ${message} ${error.routine ?? ''}`))?.[1]
  const [problem, remedy = OTHERWISE] = (known ?? ADVICE[code])?.split(/\. (?=[A-Z])/) ?? [message]
  const internal = `${targetOf(settings)}: ${problem}${code && ` (${code})`}`
  return pgError('connect_failed', { remedy }, { internal, cause })
}

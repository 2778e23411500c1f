import { readFileSync } from 'node:fs'
import type { ConnectionOptions, SecureVersion } from 'node:tls'
import type { Parameters } from './parameters.ts'

/**
 * How to encrypt, as parameters say it. Undefined where they say nothing. Encryption is of use only towards the server that
 * was meant: every mode but `disable` and `no-verify` checks the certificate, unless `uselibpqcompat` asks for less.
 *
 * @throws SyntaxError for a file that cannot be read
 */
export function tlsOf(parameters: Parameters): boolean | ConnectionOptions | undefined {
  const { sslmode, sslrootcert, sslcert, sslkey, sslcrl, sslnegotiation } = parameters
  if (sslmode === 'disable') return false
  const given = sslmode ?? sslrootcert ?? sslcert ?? sslkey ?? sslcrl
  if (given === undefined) return sslnegotiation === 'direct' ? {} : undefined
  return {
    ...file('ca', 'sslrootcert', sslrootcert === 'system' ? undefined : sslrootcert),
    ...file('cert', 'sslcert', sslcert),
    ...file('key', 'sslkey', sslkey),
    ...file('crl', 'sslcrl', sslcrl),
    ...some('passphrase', parameters.sslpassword),
    ...some('minVersion', parameters.ssl_min_protocol_version as SecureVersion | undefined),
    ...some('maxVersion', parameters.ssl_max_protocol_version as SecureVersion | undefined),
    ...trustOf(parameters),
  }
}

/** What is not checked. */
function trustOf({ sslmode, sslrootcert, uselibpqcompat }: Parameters): ConnectionOptions {
  if (sslmode === 'no-verify') return { rejectUnauthorized: false }
  if (uselibpqcompat !== 'true' || sslrootcert === 'system') return {}
  const chainOnly = { checkServerIdentity: () => undefined }
  if (sslmode === 'require') return sslrootcert === undefined ? { rejectUnauthorized: false } : chainOnly
  if (sslmode === 'allow' || sslmode === 'prefer') return { rejectUnauthorized: false }
  if (sslmode !== 'verify-ca') return {}
  if (sslrootcert === undefined) throw new SyntaxError('sslmode=verify-ca needs sslrootcert')
  return chainOnly
}

function file(name: string, parameter: string, path: string | undefined): ConnectionOptions {
  if (path === undefined) return {}
  try {
    return { [name]: readFileSync(path, 'utf8') }
  } catch (error) {
    throw new SyntaxError(`${parameter} cannot be read: ${(error as Error).message}`)
  }
}

function some(name: string, value: unknown): ConnectionOptions {
  return value === undefined ? {} : { [name]: value }
}

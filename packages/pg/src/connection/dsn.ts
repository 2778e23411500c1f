import { invalidOption } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import { looksLikeConninfo, readConninfo } from './conninfo.ts'
import { hidePassword } from './hide-password.ts'
import { faultOf, isKnown, isSecret, type Parameters, parametersOf } from './parameters.ts'
import { readService } from './service-file.ts'
import { readUri } from './uri.ts'

/**
 * Reads a connection string as PostgreSQL's own library does: `postgres://user:password@host:5432/database?…` or
 * `host=… dbname=…`. A parameter that is not known is refused, as it is there: what is misspelled could be what was to
 * encrypt the connection.
 *
 * @throws `dsn_invalid`, which shows no password
 */
export function parseDsn(text: string): Parameters {
  const dsn = text.trim()
  // No cause: it could quote what it was given.
  const refuse = (reason: string) => pgError('dsn_invalid', { dsn: hidePassword(dsn), reason })
  if (dsn === '') throw refuse('it is empty')
  try {
    return withoutEmpty(looksLikeConninfo(dsn) ? fromConninfo(dsn) : fromUri(dsn))
  } catch (error) {
    throw error instanceof SyntaxError ? refuse(error.message) : error
  }
}

function fromUri(dsn: string): Parameters {
  if (!/^postgres(?:ql)?:\/\//.test(dsn)) throw new SyntaxError('it does not begin with postgres://')
  const { server, query, repeated } = readUri(dsn)
  const { password: _, ...shown } = server // its end is certain: what follows it is not part of it
  if (server.password?.includes('\0')) throw new SyntaxError('password has a zero byte')
  check(Object.entries({ ...shown, ...query }))
  if (repeated !== undefined) throw new SyntaxError(`it has the parameter ${repeated} more than once`)
  return { ...server, ...query }
}

function fromConninfo(dsn: string): Parameters {
  const { entries, fault } = readConninfo(dsn)
  check(entries)
  if (fault !== undefined) throw new SyntaxError(fault)
  const repeated = entries.find(([name], i) => entries.findIndex(([other]) => other === name) < i)?.[0]
  if (repeated !== undefined) throw new SyntaxError(`it has the parameter ${repeated} more than once`)
  return Object.fromEntries(entries)
}

/** An unknown name may be a piece of a password that is not escaped; then it is not told. */
function check(entries: readonly (readonly [string, string])[]): void {
  let secret = false
  for (const [name, value] of entries) {
    const reason = faultOf(name, value)
    if (reason !== undefined && !isKnown(name) && (secret || !/^[a-zA-Z_]+$/.test(name))) {
      throw new SyntaxError(
        'it has a parameter that is not known; in a value write %26 for &, or quote what has blanks',
      )
    }
    if (reason !== undefined) throw new SyntaxError(reason)
    secret ||= isSecret(name)
  }
}

function withoutEmpty(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
}

/**
 * What a service says.
 *
 * @throws `dsn_invalid` if no file describes the service, or it has an unknown setting
 */
function parametersOfService(name: string): Parameters {
  const refuse = (reason: string) => pgError('dsn_invalid', { dsn: `service=${name}`, reason })
  const found = readService(name)
  if (!found) throw refuse('no pg_service.conf describes it (PGSERVICEFILE, ~/.pg_service.conf, PGSYSCONFDIR)')
  for (const [parameter, value] of Object.entries(found)) {
    const reason = faultOf(parameter, value)
    if (reason !== undefined) throw refuse(reason)
  }
  return withoutEmpty(found)
}

/**
 * All settings: those of the environment, overridden by the service, overridden by the connection string.
 *
 * @throws `dsn_invalid`; ArlenError `option_invalid` for a variable of the environment
 */
export function readParameters(dsn: string | undefined, env: NodeJS.ProcessEnv): Parameters {
  const said = dsn === undefined ? {} : parseDsn(dsn)
  const around = parametersOf(env, (variable, reason) => invalidOption('createPg()', variable, `is wrong: ${reason}`))
  const service = said.service ?? around.service
  const own = { ...(service === undefined ? {} : parametersOfService(service)), ...said }
  const asksForTls = TLS.some(name => own[name] !== undefined) || around.sslmode !== undefined
  return { ...(asksForTls ? around : without(around, TLS)), ...own }
}

/** What asks for TLS in a connection string; in the environment the files are for connections that have it anyway. */
const TLS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl', 'sslnegotiation']

function without(parameters: Parameters, names: readonly string[]): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)))
}

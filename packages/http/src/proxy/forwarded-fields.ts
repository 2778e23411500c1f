import { invalidOption } from '@arlen/core/options'

/** A header field in which a proxy records its client and the protocol used. */
export type ForwardedHeader =
  | 'x-forwarded-for'
  | 'x-forwarded-proto'
  | 'x-forwarded-host'
  | 'x-forwarded-port'
  | 'forwarded'

/** The fields that the trusted proxies write. Any other field comes from the client and passes through them. */
export interface ForwardedFields {
  readonly standard: boolean
  readonly for: boolean
  readonly proto: boolean
  readonly host: boolean
  readonly port: boolean
  /** Ignored fields that the log has mentioned. */
  readonly mentioned: Set<string>
}

const NAMES: readonly string[] = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'forwarded',
]

/** Reads the option `forwardedHeader`. Throws `option_invalid` for an unknown name, and for both families together. */
export function forwardedFields(given: string | readonly string[] = 'x-forwarded-for'): ForwardedFields {
  const names = (Array.isArray(given) ? given : [given]).map(name => String(name).toLowerCase())
  const unknown = names.find(name => !NAMES.includes(name))
  if (unknown !== undefined) throw refused(`has ${JSON.stringify(unknown)}, which is not one of ${NAMES.join(', ')}.`)
  const standard = names.includes('forwarded')
  if (standard && names.length > 1) {
    throw refused('names forwarded and others: name what the proxies write, the client writes the rest.')
  }
  const has = (field: string) => names.includes(`x-forwarded-${field}`)
  return { standard, for: has('for'), proto: has('proto'), host: has('host'), port: has('port'), mentioned: new Set() }
}

function refused(problem: string): Error {
  return invalidOption('createServer()', 'forwardedHeader', problem)
}

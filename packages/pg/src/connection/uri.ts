import type { Parameters } from './parameters.ts'

/**
 * Reads `postgres://user:password@host:5432,[::1]/database?name=value` as PostgreSQL's own library does (PostgreSQL manual,
 * 32.1.1.2): only `%` escapes, and a comma separates servers. Unlike there, a later `@` belongs to the password, and a `#`,
 * which readers of URLs take for the end, is refused.
 *
 * @throws SyntaxError with what is wrong, and nothing of what may be secret
 */
export function readUri(uri: string): { server: Parameters; query: Parameters; repeated: string | undefined } {
  if (/%(?![0-9a-f]{2})/i.test(uri)) {
    throw new SyntaxError('it has a % that begins no escape; write %25 for a percent sign')
  }
  const begin = uri.indexOf('://') + 3
  refuseStray(uri.slice(begin))
  const rest = uri.slice(begin)
  const length = rest.search(/[/?]/)
  const authority = length < 0 ? rest : rest.slice(0, length)
  const [path = '', ...queries] = (length < 0 ? '' : rest.slice(length)).split('?')
  if (queries.length > 1) throw new SyntaxError('it has a second ?; in a value write %3F')
  const { found, repeated } = readQuery(queries[0] ?? '')
  return { server: { ...readAuthority(authority), ...decoded('dbname', path.slice(1)) }, query: found, repeated }
}

/** What belongs into a user name or password, and ends it for a reader. */
function refuseStray(rest: string): void {
  const authority = /^[^/?#]*/.exec(rest)![0]
  const path = /^[^?#]*/.exec(rest.slice(authority.length))![0]
  const behind = rest.slice(authority.length + path.length)
  const cut = path.includes('@') || (behind.includes('@') && !authority.includes('@') && !isServer(authority))
  const stray = cut ? rest[authority.length]! : rest.includes('#') ? '#' : undefined
  if (stray === undefined) return
  const escaped = encodeURIComponent(stray)
  const before = rest.lastIndexOf('@') > rest.indexOf(stray)
  throw new SyntaxError(
    before
      ? `it has a ${stray} before the @; in a user name or password write ${escaped}, and elsewhere %40 for an @`
      : `it has a ${stray}; write ${escaped}`,
  )
}

/** `host:5432`, several, or nothing: what may well stand alone before a `/` or `?`. */
function isServer(authority: string): boolean {
  return authority.split(',').every(part => /^(?:\[[^\]@]*\]|[^:@[\]]*)(?::\d*)?$/.test(part))
}

function readAuthority(authority: string): Record<string, string> {
  const at = authority.lastIndexOf('@')
  const [, user = '', password = ''] = /^([^:]*)(?::(.*))?$/s.exec(authority.slice(0, Math.max(at, 0))) ?? []
  const servers = authority
    .slice(at + 1)
    .split(',')
    .map(readServer)
  const hosts = servers.map(({ host }) => host).join(',')
  const ports = servers.some(({ port }) => port !== '') ? servers.map(({ port }) => port).join(',') : ''
  return {
    ...decoded('user', user),
    ...decoded('password', password),
    ...decoded('host', hosts),
    ...named('port', ports),
  }
}

function readServer(text: string): { host: string; port: string } {
  const [, host, port = ''] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(text) ?? []
  if (host === undefined) throw new SyntaxError('what stands for the server is not host:port')
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
}

function readQuery(query: string): { found: Record<string, string>; repeated: string | undefined } {
  const found: Record<string, string> = {}
  let repeated: string | undefined
  for (const part of query.split('&').filter(Boolean)) {
    const equals = part.indexOf('=')
    if (equals < 0) throw new SyntaxError('behind the ? stands something that is not name=value')
    const { name, value } = aliased(decode(part.slice(0, equals)), decode(part.slice(equals + 1)))
    if (Object.hasOwn(found, name)) repeated ??= name
    found[name] = value
  }
  return { found, repeated }
}

/** `ssl=true`, as of JDBC, is the one other name that PostgreSQL's own library takes. */
function aliased(name: string, value: string): { name: string; value: string } {
  if (name !== 'ssl') return { name, value }
  if (value === 'true' || value === '1') return { name: 'sslmode', value: 'require' }
  if (value === 'false' || value === '0') return { name: 'sslmode', value: 'disable' }
  throw new SyntaxError('ssl is true or false; say sslmode')
}

function decoded(name: string, text: string): Record<string, string> {
  return named(name, decode(text))
}

function named(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value }
}

function decode(escaped: string): string {
  try {
    return decodeURIComponent(escaped)
  } catch {
    throw new SyntaxError('what it escapes with % is no text in UTF-8')
  }
}

/** Such a URI; with the server behind the `?` where readers of other URLs would not understand it. */
export function writeUri(parameters: Parameters): string {
  const { host = '', port = '', user, password, dbname = '', ...rest } = parameters
  const plain = user === undefined && password === undefined ? '' : `${escaped(user)}${secret(password)}@`
  const isSimple = host !== '' && !/[,/]/.test(host) && !port.includes(',')
  const server = `${host.includes(':') ? `[${host}]` : escaped(host)}${port && `:${port}`}`
  const query = Object.entries(isSimple ? rest : { ...named('host', host), ...named('port', port), ...rest })
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  return `postgres://${plain}${isSimple ? server : ''}/${escaped(dbname)}${text && `?${text}`}`
}

function escaped(text = ''): string {
  return encodeURIComponent(text)
}

function secret(password: string | undefined): string {
  return password === undefined ? '' : `:${escaped(password)}`
}

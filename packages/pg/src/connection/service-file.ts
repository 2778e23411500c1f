import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The files that may define a service (PostgreSQL manual, 32.17), the user's own first. */
function filesOf(env: NodeJS.ProcessEnv): string[] {
  const own = env.PGSERVICEFILE ?? join(homedir(), '.pg_service.conf')
  return [own, ...(env.PGSYSCONFDIR ? [join(env.PGSYSCONFDIR, 'pg_service.conf')] : [])]
}

/**
 * The settings of a service by name: `host`, `port`, `dbname`, `user`, … Undefined if no file defines it.
 *
 * @param name - the name in brackets
 */
export function readService(name: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> | undefined {
  for (const file of filesOf(env).filter(path => existsSync(path))) {
    const found = sectionOf(readFileSync(file, 'utf8'), name)
    if (found) return found
  }
  return undefined
}

function sectionOf(text: string, name: string): Record<string, string> | undefined {
  let found: Record<string, string> | undefined
  let inside = false
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (inside) return found
      inside = line === `[${name}]`
      if (inside) found = {}
    } else if (inside && found) {
      const equals = line.indexOf('=')
      if (equals > 0) found[line.slice(0, equals).trim()] = line.slice(equals + 1).trim()
    }
  }
  return found
}

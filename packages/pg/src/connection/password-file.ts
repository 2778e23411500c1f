import { readFile, stat } from 'node:fs/promises'

/** The keys by which a line of a password file is found. */
export interface PasswordFor {
  host: string
  port: number
  database: string
  user: string
}

/**
 * The password in a file in the format of `~/.pgpass` (PostgreSQL manual, 32.16); undefined if no line matches. Like libpq,
 * it ignores a file that others can read.
 */
export async function passwordInFile(path: string, wanted: PasswordFor): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    process.emitWarning(`${path} is readable for others and is ignored: chmod 600 ${path}`)
    return undefined
  }
  const host = wanted.host.startsWith('/') ? 'localhost' : wanted.host
  const keys = [host, String(wanted.port), wanted.database, wanted.user]
  for (const line of (await readFile(path, 'utf8')).split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = fieldsOf(line)
    if (fields.length === 5 && keys.every((key, i) => fields[i] === '*' || unescaped(fields[i]!) === key)) {
      return unescaped(fields[4]!)
    }
  }
  return undefined
}

/** Colons separate, unless escaped by a backslash. */
function fieldsOf(line: string): string[] {
  return line.match(/(?:^|:)((?:[^:\\]|\\.)*)/g)?.map((field, i) => (i === 0 ? field : field.slice(1))) ?? []
}

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1')
}

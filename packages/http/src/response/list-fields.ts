import { HeaderList } from './headers.ts'

/**
 * Fields that are lists whose members add up: what `c.res` has of them and what the response has are written together. Every
 * other field of the response replaces the one of `c.res`; so do lists that are one statement about one response and would say
 * something else when joined: Cache-Control, Content-Security-Policy, Permissions-Policy, Content-Encoding,
 * Content-Language, Accept-Ranges.
 */
const JOINED_IN_ONE_LINE: ReadonlySet<string> = new Set([
  'accept',
  'accept-ch',
  'accept-encoding',
  'accept-patch',
  'accept-post',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
  'allow',
  'clear-site-data',
  'critical-ch',
  'preference-applied',
  'timing-allow-origin',
  'upgrade',
  'vary',
])

/** Their members hold commas themselves, and clients that read one line at a time are many. */
const JOINED_IN_LINES: ReadonlySet<string> = new Set([
  'alt-svc',
  'cache-status',
  'link',
  'proxy-authenticate',
  'server-timing',
  'via',
  'www-authenticate',
])

/** Whether values of this field (lower case) add up, so that none of them replaces another. */
export function addsUp(name: string): boolean {
  return JOINED_IN_ONE_LINE.has(name) || JOINED_IN_LINES.has(name)
}

/** The list-valued fields that both have, joined: what the response says first. Null where there is none. */
export function joinLists(own: HeaderList, defaults: HeaderList): HeaderList | null {
  const names = own.namesSharedWith(defaults, addsUp)
  if (names === null) return null
  const joined = new HeaderList()
  for (const name of new Set(names)) {
    if (joined.has(name)) continue
    if (JOINED_IN_ONE_LINE.has(name.toLowerCase())) {
      joined.set(name, own.get(name)!)
      for (const member of defaults.get(name)!.split(',')) joined.add(name, member.trim())
    } else {
      const values = new Set([...own.getAll(name), ...defaults.getAll(name)])
      for (const value of values) joined.append(name, value)
    }
  }
  return joined
}

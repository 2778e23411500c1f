import { HeaderList } from './headers.ts'

/**
 * List fields whose members are combined: the values of `c.res` and of the response are both sent. Every other field of the
 * response replaces that of `c.res`. So do lists that make one statement about one response and would change meaning if
 * joined: Cache-Control, Content-Security-Policy, Permissions-Policy, Content-Encoding, Content-Language, Accept-Ranges.
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

/** Their members can contain commas, and many clients read only one line at a time. */
const JOINED_IN_LINES: ReadonlySet<string> = new Set([
  'alt-svc',
  'cache-status',
  'link',
  'proxy-authenticate',
  'server-timing',
  'via',
  'www-authenticate',
])

/** Whether values of this field (lower case) are combined instead of replaced. */
function addsUp(name: string): boolean {
  return JOINED_IN_ONE_LINE.has(name) || JOINED_IN_LINES.has(name)
}

/** The combined list fields that both have, the response's first. Null if there are none. */
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

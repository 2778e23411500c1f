import type { Context } from '../context.ts'
import { joinLists } from './list-fields.ts'
import type { Reply } from './reply.ts'

/** The fields of `c.res`, of the answer where both have one, and of both where they are lists. */
export function fieldLines(c: Context, reply: Reply): string {
  const own = reply._list
  const defaults = c._response?.headers ?? c._base?.list ?? null
  if (defaults === null) return reply._serialize()
  const joined = own === null ? null : joinLists(own, defaults)
  if (joined !== null) return defaults.serialize(own) + own!.serialize(joined) + joined.serialize()
  return (c._response === null ? c._base!.serialize(own) : defaults.serialize(own)) + reply._serialize()
}

/** A field as the application set it: on the answer, else for whatever answer there is. */
export function setField(c: Context, reply: Reply, name: string): string | undefined {
  return reply._list?.get(name) ?? (c._response === null ? c._base?.get(name) : c._response.headers.get(name))
}

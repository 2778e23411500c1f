import type { Pg } from './pg.ts'
import type { Scope } from './scope.ts'

/** What a database adds to the context of a request. */
export interface DatabaseContext {
  /** The database for this request: queries are canceled when the client disconnects or the request times out. */
  readonly db: Scope
}

/** What a context needs, such as the one of `@arlen/http`. */
interface RequestContext {
  readonly signal: AbortSignal
}

// biome-ignore lint/suspicious/noExplicitAny: the one form of constructor that TypeScript lets a mixin have
type Constructor<Instance> = new (...args: any[]) => Instance

/**
 * Adds `c.db` to a Context class: `createServer(handler, { context: withDatabase(Context, pg) })`. The package arlen does
 * it for you.
 *
 * @param pg - a database, or a function that returns it on first use; an error it throws says what is missing
 */
export function withDatabase<Base extends Constructor<RequestContext>>(
  base: Base,
  pg: Pg | (() => Pg),
): Base & Constructor<DatabaseContext> {
  const open = typeof pg === 'function' ? pg : () => pg
  return class extends base {
    get db(): Scope {
      const scope = open().scope({ signal: this.signal })
      Object.defineProperty(this, 'db', { value: scope })
      return scope
    }
  }
}

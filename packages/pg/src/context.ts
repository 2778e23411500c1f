import type { Pg } from './pg.ts'
import type { Scope } from './scope.ts'

/** What a database adds to the context of a request. */
export interface DatabaseContext {
  /** The database as this request sees it: what runs when the client leaves or the time is up is canceled. */
  readonly db: Scope
}

/** What a context must have, such as that of `@arlen/http`. */
interface RequestContext {
  readonly signal: AbortSignal
}

// biome-ignore lint/suspicious/noExplicitAny: the one form of constructor that TypeScript lets a mixin have
type Constructor<Instance> = new (...args: any[]) => Instance

/**
 * Gives a class of contexts `c.db`: `createServer(handler, { context: withDatabase(Context, pg) })`. The package arlen does
 * it by itself.
 *
 * @param pg - a database, or what gives it when it is first asked for; what that throws says what is missing
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

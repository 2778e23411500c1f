import type { Context, Handler } from '@arlen/http'
import type { RouteOptions } from '../routing/route-options.ts'
import type { Routes } from '../routing/routes.ts'

/** Collects the framework's own routes. An application route with the same path takes precedence. */
export class BuiltInRoutes {
  readonly #routes: Routes
  readonly #taken: ReadonlySet<string>

  /** @param taken - the paths of the application's own routes */
  constructor(routes: Routes, taken: ReadonlySet<string>) {
    this.#routes = routes
    this.#taken = taken
  }

  get(path: string, options: RouteOptions<Context>, handler: Handler): void {
    if (!this.#taken.has(path)) this.#routes.get(path, options, handler)
  }

  post(path: string, options: RouteOptions<Context>, handler: Handler): void {
    if (!this.#taken.has(path)) this.#routes.post(path, options, handler)
  }
}

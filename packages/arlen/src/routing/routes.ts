import type { Handler, Provided } from '@arlen/core'
import type { Context } from '@arlen/http'
import { ANY, type Join, type Route, type Routes as RouterRoutes } from '@arlen/router'
import { toHandler } from './controller.ts'
import type { ActionName, Controller, RouteHandler } from './route-context.ts'
import {
  type GroupOptions,
  type Guards,
  type Middlewares,
  type ProvidedBy,
  type RouteOptions,
  toRouting,
} from './route-options.ts'

type Inner = RouterRoutes<Handler<Context>, string>

/** Adds a route: its path, its options, and its handler. */
export interface AddRoute<Prefix extends string, Members = unknown> {
  <const Path extends string>(
    path: Path,
    handler: RouteHandler<Join<Prefix, Path>, Record<never, never>, Members>,
  ): Route<Handler<Context>, Join<Prefix, Path>>
  <const Path extends string, const Options extends RouteOptions<Context & Members>>(
    path: Path,
    options: Options,
    handler: RouteHandler<Join<Prefix, Path>, Options, Members & ProvidedBy<Options>>,
  ): Route<Handler<Context>, Join<Prefix, Path>>
  <const Path extends string, C extends Controller>(
    path: Path,
    action: readonly [C, ActionName<C, Join<Prefix, Path>, Record<never, never>, Members>],
  ): Route<Handler<Context>, Join<Prefix, Path>>
  <const Path extends string, const Options extends RouteOptions<Context & Members>, C extends Controller>(
    path: Path,
    options: Options,
    action: readonly [C, ActionName<C, Join<Prefix, Path>, Options, Members & ProvidedBy<Options>>],
  ): Route<Handler<Context>, Join<Prefix, Path>>
}

/**
 * The part of an application that accepts routes; a group is one with a prefix. `Members` are what the guards and
 * middleware around it provide: a function of `Routes<'/orders', Provided<typeof requireUser>>` accepts no group without
 * that guard.
 */
export class Routes<Prefix extends string = '', Members = unknown> {
  readonly #inner: Inner
  readonly get: AddRoute<Prefix, Members> = this.adding('GET')
  readonly head: AddRoute<Prefix, Members> = this.adding('HEAD')
  readonly post: AddRoute<Prefix, Members> = this.adding('POST')
  readonly put: AddRoute<Prefix, Members> = this.adding('PUT')
  readonly patch: AddRoute<Prefix, Members> = this.adding('PATCH')
  readonly delete: AddRoute<Prefix, Members> = this.adding('DELETE')
  readonly options: AddRoute<Prefix, Members> = this.adding('OPTIONS')
  /** Every method; a route for a specific method takes precedence. */
  readonly any: AddRoute<Prefix, Members> = this.adding(ANY)

  constructor(inner: Inner) {
    this.#inner = inner
  }

  /** Adds routes for other methods, or for several at once: `adding(['GET', 'PURGE'])('/cache', handler)`. */
  adding(methods: string | readonly string[]): AddRoute<Prefix, Members> {
    const add = (path: string, ...rest: unknown[]) => {
      const [options, target] = (rest.length > 1 ? rest : [{}, rest[0]]) as [RouteOptions, unknown]
      return this.#inner.add(methods, path, toHandler(target) as never, toRouting(options, 'route'))
    }
    return add as unknown as AddRoute<Prefix, Members>
  }

  /** Routes below a prefix that share guards, middleware, conditions and formats; groups nest to any depth. */
  group<const Path extends string>(prefix: Path, fn: (group: Routes<Join<Prefix, Path>, Members>) => void): this
  group<
    const Path extends string,
    const Under extends Guards<Context & Members> | undefined,
    const Use extends Middlewares | undefined,
  >(
    prefix: Path,
    options: Omit<GroupOptions, 'under' | 'use'> & { under?: Under; use?: Use },
    fn: (group: Routes<Join<Prefix, Path>, Members & Provided<Under> & Provided<Use>>) => void,
  ): this
  group(prefix: string, ...args: unknown[]): this {
    const [options, fn] = (args.length > 1 ? args : [{}, args[0]]) as [GroupOptions, (group: Routes<string>) => void]
    // The router rejects values that are not functions, with their location.
    const build = typeof fn === 'function' && ((inner: object) => fn(new Routes<string>(inner as Inner)))
    this.#inner.group(prefix, toRouting(options, 'group'), (build || fn) as never)
    return this
  }
}

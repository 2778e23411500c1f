import type { Context } from '@arlen/http'
import type { Params } from '@arlen/router'
import type { RouteSchemas, Valid } from '../validation/validation.ts'

/**
 * The context of a route: its parameters as its path names them, `c.valid` as its schemas return it, and what the guards
 * and middleware before it provide. For a handler defined separately: `(c: RouteContext<'/:id', {}, Provided<typeof
 * requireUser>>)`.
 */
export type RouteContext<
  Path extends string = string,
  Schemas extends RouteSchemas = RouteSchemas,
  Members = unknown,
> = Context<Params<Path>, Valid<Schemas>> & Members

/** Handles the requests of one route. See `Handler` of @arlen/core for the possible results. */
export type RouteHandler<Path extends string, Schemas extends RouteSchemas, Members = unknown> = (
  c: RouteContext<Path, Schemas, Members>,
) => unknown

/** A class whose instances handle requests; one is created for each request. */
export type ControllerClass = new (c: Context) => object

/** Contains the actions of routes: a class, or a module of functions (`import * as users from './users.ts'`). */
export type Controller = ControllerClass | object

type Actions<C extends Controller> = C extends ControllerClass ? InstanceType<C> : C

/** The members of a controller that can handle a route with this path and these schemas. */
export type ActionName<C extends Controller, Path extends string, Schemas extends RouteSchemas, Members = unknown> = {
  [K in keyof Actions<C>]: Actions<C>[K] extends (c: never) => unknown
    ? Parameters<Actions<C>[K]> extends []
      ? K
      : RouteContext<Path, Schemas, Members> extends Parameters<Actions<C>[K]>[0]
        ? K
        : never
    : never
}[keyof Actions<C>]

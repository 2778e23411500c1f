import type { Context } from '@arlen/http'
import type { Params } from '@arlen/router'
import type { RouteSchemas, Valid } from './validation.ts'

/** The context of a route: its parameters as its path names them, `c.valid` as its schemas put it out. */
export type RouteContext<Path extends string = string, Schemas extends RouteSchemas = RouteSchemas> = Context<
  Params<Path>,
  Valid<Schemas>
>

/** Answers requests of one route. See `Handler` of @arlen/core for what it may return. */
export type RouteHandler<Path extends string, Schemas extends RouteSchemas> = (
  c: RouteContext<Path, Schemas>,
) => unknown

/** A class whose instances answer requests; a fresh one is made for each. */
export type ControllerClass = new (c: Context) => object

/** The methods of a controller that can answer a route of this path and these schemas. */
export type ActionName<C extends ControllerClass, Path extends string, Schemas extends RouteSchemas> = {
  [K in keyof InstanceType<C>]: InstanceType<C>[K] extends (c: never) => unknown
    ? RouteContext<Path, Schemas> extends Parameters<InstanceType<C>[K]>[0]
      ? K
      : Parameters<InstanceType<C>[K]> extends []
        ? K
        : never
    : never
}[keyof InstanceType<C>]

import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { FastifyInstance, FastifyReply, FastifyRequest, RegisterOptions } from 'fastify'
import type { LocalsArgument, TemplateName } from '../types.ts'
import type { Views } from '../views.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a template and sends it, with the media type of its format. */
    view<Name extends TemplateName>(name: Name, ...locals: LocalsArgument<Name>): FastifyReply
  }
}

/** Options of {@link fastifyViews}. */
export interface FastifyViewsOptions {
  views: Views<FastifyRequest>
}

/** Together with Fastify's own plugin options. */
type Registered = FastifyViewsOptions & RegisterOptions

const OPTIONS: OptionTable<Registered> = {
  views: option.required(option.any),
  prefix: option.any,
  logLevel: option.any,
  logSerializers: option.any,
}

/**
 * Lets Fastify render templates: `app.register(fastifyViews, { views })`, then `reply.view('users/show', { user })`.
 * Context helpers are created from the request.
 */
export function fastifyViews(app: FastifyInstance, options: FastifyViewsOptions, done: () => void): void {
  const { views } = readOptions('fastifyViews()', options as Registered, OPTIONS)
  app.decorateReply('view', function (this: FastifyReply, name: string, ...rest: unknown[]): FastifyReply {
    const render = views.render as (name: string, locals: unknown, context: unknown) => string | Promise<string>
    new Promise<string>(resolve => resolve(render(name, rest[0], this.request))).then(
      text => this.type(views.contentType(name)).send(text),
      error => this.send(error),
    )
    return this
  })
  done()
}

// Like fastify-plugin: the decoration is visible outside of the plugin.
Object.assign(fastifyViews, { [Symbol.for('skip-override')]: true })

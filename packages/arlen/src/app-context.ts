import { after, defaultCode, HttpError, type HttpErrorOptions } from '@arlen/core'
import { Context, type ContextClass, type Reply } from '@arlen/http'
import type { Pg, Scope } from '@arlen/pg'
import type { Route, RouteName, Router, UrlArguments } from '@arlen/router'
import type { Form, RenderArguments, TemplateName } from '@arlen/view'
import { EMPTY_FORM } from './form.ts'

/** What an application adds to a context. Exported, so that whoever imports the package has it. */
export interface AppContext {
  /** The application's database; what runs when the client leaves or the time is up is cancelled. */
  readonly db: Scope
  /** The route that answers, once one was found. */
  route: Route<(c: Context) => unknown> | undefined
  /** An answer made from a template: `c.render('users/show', { user })`. */
  render<Name extends TemplateName>(name: Name, ...locals: RenderArguments<Name>): Reply | Promise<Reply>
  /** The path of a named route, encoded, with its query. */
  urlFor: Router<(c: Context) => unknown>['urlFor']
  /** The form that was sent, where a route's `invalid` shows it again; else an empty one. */
  form: Form
  /** A value by its name from the path, the query and the body that was validated, whichever has it first. */
  param(name: string): unknown
}

declare module '@arlen/http' {
  interface ContextExtensions extends AppContext {}
}

/** What a context takes from its application. */
export interface ContextServices {
  readonly db: Pg
  readonly router: Router<(c: Context) => unknown>
  /** Renders a template; a promise only where the template waits for something. */
  renderTemplate(name: string, locals: object, c: Context): string | Promise<string>
  /** The media type of what a template prints. */
  contentType(name: string): string
  answerError(error: unknown, c: Context): Reply
}

/**
 * The class of an application's contexts. What it adds stands on its prototype, made once, so that a request pays
 * nothing for what it does not use and two applications in one process share nothing.
 */
export function contextClass(services: ContextServices): ContextClass {
  class OwnContext<Params extends object, Valid> extends Context<Params, Valid> {}

  define(OwnContext.prototype, {
    db: {
      get(this: Context) {
        const scope = services.db.scope({ signal: this.signal })
        Object.defineProperty(this, 'db', { value: scope })
        return scope
      },
    },
    route: { value: undefined, writable: true },
    routeName: {
      get(this: Context) {
        return this.route === undefined ? `${this.req.method} ${this.req.path}` : this.route.toString()
      },
    },
    urlFor: {
      value: (name: RouteName, ...args: UrlArguments<string>) => services.router.urlFor(name, ...args),
    },
    render: {
      value(this: Context, name: string, locals: object = {}) {
        this.timings?.lap('controller')
        return after(services.renderTemplate(name, locals, this), page => {
          this.timings?.lap('render')
          return this.text(page as string, { type: services.contentType(name) })
        })
      },
    },
    form: { value: EMPTY_FORM, writable: true },
    param: {
      value(this: Context, name: string) {
        const { body } = (this.valid ?? {}) as { body?: unknown }
        const sources = [this.params, this.req.query, typeof body === 'object' ? body : undefined]
        const source = sources.find(candidate => candidate && Object.hasOwn(candidate, name)) as Record<string, unknown>
        const value = source?.[name]
        return Array.isArray(value) ? value[0] : value
      },
    },
    // A refusal that a handler returns looks like one that it throws: a page where a browser asks.
    problem: {
      value(this: Context, status: number, code: string = defaultCode(status), options: HttpErrorOptions = {}) {
        return services.answerError(new HttpError(status, code, options), this)
      },
    },
  })
  return OwnContext
}

function define(prototype: object, members: Readonly<Record<string, PropertyDescriptor>>): void {
  for (const [name, descriptor] of Object.entries(members)) {
    Object.defineProperty(prototype, name, { configurable: true, ...descriptor })
  }
}

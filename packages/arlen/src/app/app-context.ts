import { defaultCode, HttpError, type HttpErrorOptions } from '@arlen/core'
import type { Context, ContextConstructor, Reply } from '@arlen/http'
import type { DatabaseContext, Pg } from '@arlen/pg'
import { withDatabase } from '@arlen/pg/context'
import type { Route, Router } from '@arlen/router'
import { withCspNonce } from '@arlen/security'
import { withSession } from '@arlen/session'
import { type Form, type ViewContext, withViews } from '@arlen/view'
import type { AppMailer } from '../built-in/mail.ts'
import { EMPTY_FORM } from '../validation/form.ts'

/** What an application adds to a context. Exported so that importing the package brings the types along. */
export interface AppContext extends DatabaseContext, ViewContext<Reply> {
  /** The matched route, if any. */
  route: Route<(c: Context) => unknown> | undefined
  /** The path of a named route, encoded, with its query. */
  urlFor: Router<(c: Context) => unknown>['urlFor']
  /** Sends mail for the application. */
  readonly mail: AppMailer
  /** The submitted form, if a route's `invalid` shows it again; otherwise an empty one. */
  form: Form
  /** A value by its name, from the validated path, query or body, whichever has it first. */
  param(name: string): unknown
}

declare module '@arlen/http' {
  interface ContextExtensions extends AppContext {}
}

/** What a context needs from its application. */
export interface ContextServices {
  db(): Pg
  mail(): AppMailer
  readonly router: Router<(c: Context) => unknown>
  readonly templates: {
    /** Renders a template; returns a promise only if the template waits for something. */
    render(name: string, locals: object, c: Context): string | Promise<string>
    /** The media type of a template's output. */
    contentType(name: string): string
  }
  answerError(error: unknown, c: Context): Reply
}

/**
 * The Context class of an application: `base` with the additions of every package of the framework. It is created once, so
 * that a request pays nothing for unused parts and two applications in one process share nothing.
 */
export function contextClass(base: ContextConstructor, services: ContextServices): ContextConstructor {
  const extended = withViews(withDatabase(withCspNonce(withSession(base)), services.db), services.templates)
  return withRoutes(extended, services)
}

/** The application's own additions. */
function withRoutes<Base extends ContextConstructor>(base: Base, { router, answerError, mail }: ContextServices): Base {
  const extended = class extends base {
    override get routeName(): string {
      return this.route === undefined ? super.routeName : this.route.toString()
    }

    override get mail(): AppMailer {
      return mail()
    }

    override param(name: string): unknown {
      const { body } = (this.valid ?? {}) as { body?: unknown }
      const sources = [this.params, this.req.query, typeof body === 'object' ? body : undefined]
      const source = sources.find(candidate => candidate && Object.hasOwn(candidate, name)) as Record<string, unknown>
      const value = source?.[name]
      return Array.isArray(value) ? value[0] : value
    }

    /** A problem that a handler returns looks like one that it throws: a page for browsers. */
    override problem(status: number, code: string = defaultCode(status), options: HttpErrorOptions = {}): Reply {
      return answerError(new HttpError(status, code, options), this)
    }
  }
  // On the prototype, because most requests do not change them.
  Object.assign(extended.prototype, { route: undefined, form: EMPTY_FORM, urlFor: router.urlFor.bind(router) })
  return extended
}

import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { MailMatch } from '../mail/mail-match.ts'
import type { TextExpectation } from './matches.ts'
import type { ResponseData } from './response-data.ts'
import type { ResponseCookie } from './set-cookie.ts'

/** The expectation of a JSON assertion: a value (with patterns and matchers inside), or a schema. */
export type JsonExpectation = unknown | StandardSchemaV1

/** The expectation of a cookie assertion: its value, or its attributes. */
export type CookieExpectation = TextExpectation | Partial<ResponseCookie>

/**
 * Assertions about a response. Each call returns the same object, so that they can be chained; a failed one is an
 * AssertionError at the line of the call.
 */
export abstract class AssertionMethods {
  /** Evaluates or records one assertion. `method` is the function that the test called. */
  protected abstract assert(name: AssertionName, args: readonly unknown[], method: object): this

  /** A status, several acceptable ones, or a class of them: `'2xx'`. */
  status(expected: number | readonly number[] | `${1 | 2 | 3 | 4 | 5}xx`): this {
    return this.assert('status', [expected], this.status)
  }

  /** The media type: `text/html`, or short `html`, `json`, `text`, `problem`, `xml`, `css`, `csv`, `svg`, `events`. */
  type(expected: string | RegExp): this {
    return this.assert('type', [expected], this.type)
  }

  /** A header field; null if it must be missing; without a value, it must exist. */
  header(...args: [name: string, expected?: TextExpectation | null]): this {
    return this.assert('header', args, this.header)
  }

  /** The JSON at a pointer (RFC 6901), or the whole: a value, or a schema that it must satisfy. */
  json(pointer: string, expected: JsonExpectation): this
  json(expected: JsonExpectation): this
  json(...args: [unknown] | [string, unknown]): this {
    return this.assert('json', args, this.json)
  }

  /** A problem document (RFC 9457) with that `code` and, if given, further members. */
  problem(code: string, members: Readonly<Record<string, unknown>> = {}): this {
    return this.assert('problem', [code, members], this.problem)
  }

  /** The whole text of the body, or that of the first element that a selector finds, as a reader sees it. */
  text(selector: string, expected: TextExpectation): this
  text(expected: TextExpectation): this
  text(...args: [unknown] | [string, unknown]): this {
    return this.assert('text', args, this.text)
  }

  /** The body as sent contains that text or a match of that pattern. */
  contains(expected: string | RegExp): this {
    return this.assert('contains', [expected], this.contains)
  }

  /** The body contains neither. */
  lacks(unexpected: string | RegExp): this {
    return this.assert('lacks', [unexpected], this.lacks)
  }

  /** The inner HTML of the first element that a selector finds. */
  html(selector: string, expected: TextExpectation): this {
    return this.assert('html', [selector, expected], this.html)
  }

  /** An attribute of the first element that a selector finds; null if it must be missing. */
  attribute(selector: string, name: string, expected: TextExpectation | null): this {
    return this.assert('attribute', [selector, name, expected], this.attribute)
  }

  /** How many elements a selector finds. */
  count(selector: string, expected: number): this {
    return this.assert('count', [selector, expected], this.count)
  }

  /** A selector finds at least one element. */
  exists(selector: string): this {
    return this.assert('exists', [selector], this.exists)
  }

  /** A selector finds no element. */
  missing(selector: string): this {
    return this.assert('missing', [selector], this.missing)
  }

  /** A redirect: 301, 302, 303, 307 or 308, to that path or URL. */
  redirect(expected?: TextExpectation, status?: number): this {
    return this.assert('redirect', [expected, status], this.redirect)
  }

  /** The response sets a cookie, with that value or those attributes. */
  cookie(name: string, expected?: CookieExpectation): this {
    return this.assert('cookie', [name, expected], this.cookie)
  }

  /** The response does not set that cookie, or any cookie. Deleting a cookie counts as setting it. */
  noCookie(name?: string): this {
    return this.assert('noCookie', [name], this.noCookie)
  }

  /** Whether shared caches may store the response: true, false, or for at least this many seconds. */
  cacheable(expected: boolean | number = true): this {
    return this.assert('cacheable', [expected], this.cacheable)
  }

  /** There is a Content-Security-Policy; its directive has at least these sources. */
  csp(directive?: string, ...sources: string[]): this {
    return this.assert('csp', [directive, ...sources], this.csp)
  }

  /** The body is the same as in the runner's snapshot: `snapshot(text => expect(text).toMatchSnapshot())`. */
  snapshot(compare: (body: string) => unknown, selector?: string): this {
    return this.assert('snapshot', [compare, selector], this.snapshot)
  }

  /** The application sent at most this many queries: the guard against one query per row. */
  maxQueries(limit: number): this {
    return this.assert('maxQueries', [limit], this.maxQueries)
  }

  /** A template was rendered, with at least these locals. */
  rendered(template: string, locals: Readonly<Record<string, unknown>> = {}): this {
    return this.assert('rendered', [template, locals], this.rendered)
  }

  /** The application has sent a mail for this request before it responded; see `t.outbox` for later ones. */
  mailed(expected: MailMatch = {}): this {
    return this.assert('mailed', [expected], this.mailed)
  }

  /** Something was logged for this request: a text, or members of a line. */
  logged(expected: TextExpectation | Readonly<Record<string, unknown>>): this {
    return this.assert('logged', [expected], this.logged)
  }

  /** Anything else: the function throws if its expectation is not met. */
  satisfies(test: (response: ResponseData) => unknown): this {
    return this.assert('satisfies', [test], this.satisfies)
  }
}

export type AssertionName = keyof AssertionMethods

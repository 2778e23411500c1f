import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { MailMatch } from '../mail/mail-match.ts'
import type { TextExpectation } from './matches.ts'
import type { ResponseData } from './response-data.ts'
import type { ResponseCookie } from './set-cookie.ts'

/** What the value of a JSON assertion may be: a value (patterns and matchers inside it count), or a schema. */
export type JsonExpectation = unknown | StandardSchemaV1

/** What a cookie assertion may expect: its value, or its attributes. */
export type CookieExpectation = TextExpectation | Partial<ResponseCookie>

/**
 * What a test may say about a response. Each call gives the same object back, so that they chain; what is wrong is an
 * AssertionError at the line of the call.
 */
export abstract class AssertionMethods {
  /** Makes or remembers one assertion. `method` is the function that the test called. */
  protected abstract assert(name: AssertionName, args: readonly unknown[], method: object): this

  /** A status, several that will do, or a class of them: `'2xx'`. */
  status(expected: number | readonly number[] | `${1 | 2 | 3 | 4 | 5}xx`): this {
    return this.assert('status', [expected], this.status)
  }

  /** The media type: `text/html`, or in short `html`, `json`, `text`, `problem`, `xml`, `css`, `csv`, `svg`, `events`. */
  type(expected: string | RegExp): this {
    return this.assert('type', [expected], this.type)
  }

  /** A field of the head; null where it must be missing; without a value, it must be there. */
  header(...args: [name: string, expected?: TextExpectation | null]): this {
    return this.assert('header', args, this.header)
  }

  /** The JSON at a pointer (RFC 6901), or the whole: a value, or a schema that it must meet. */
  json(pointer: string, expected: JsonExpectation): this
  json(expected: JsonExpectation): this
  json(...args: [unknown] | [string, unknown]): this {
    return this.assert('json', args, this.json)
  }

  /** A problem document (RFC 9457) with that `code`, and, where given, more of its members. */
  problem(code: string, members: Readonly<Record<string, unknown>> = {}): this {
    return this.assert('problem', [code, members], this.problem)
  }

  /** The whole text of the body, or that of the first element a selector finds, as a reader sees it. */
  text(selector: string, expected: TextExpectation): this
  text(expected: TextExpectation): this
  text(...args: [unknown] | [string, unknown]): this {
    return this.assert('text', args, this.text)
  }

  /** The body, as it was sent, has that text or something of that pattern in it. */
  contains(expected: string | RegExp): this {
    return this.assert('contains', [expected], this.contains)
  }

  /** The body has nothing of the kind in it. */
  lacks(unexpected: string | RegExp): this {
    return this.assert('lacks', [unexpected], this.lacks)
  }

  /** The inner HTML of the first element that a selector finds. */
  html(selector: string, expected: TextExpectation): this {
    return this.assert('html', [selector, expected], this.html)
  }

  /** An attribute of the first element that a selector finds; null where it must be missing. */
  attribute(selector: string, name: string, expected: TextExpectation | null): this {
    return this.assert('attribute', [selector, name, expected], this.attribute)
  }

  /** How many elements a selector finds. */
  count(selector: string, expected: number): this {
    return this.assert('count', [selector, expected], this.count)
  }

  /** A selector finds something. */
  exists(selector: string): this {
    return this.assert('exists', [selector], this.exists)
  }

  /** A selector finds nothing. */
  missing(selector: string): this {
    return this.assert('missing', [selector], this.missing)
  }

  /** A redirect: 301, 302, 303, 307 or 308, to that path or address. */
  redirect(expected?: TextExpectation, status?: number): this {
    return this.assert('redirect', [expected, status], this.redirect)
  }

  /** The response sets a cookie, with that value or those attributes. */
  cookie(name: string, expected?: CookieExpectation): this {
    return this.assert('cookie', [name, expected], this.cookie)
  }

  /** The response does not set that cookie, or none at all. Removing one is setting it. */
  noCookie(name?: string): this {
    return this.assert('noCookie', [name], this.noCookie)
  }

  /** Whether shared caches may keep the response: true, false, or for at least so many seconds. */
  cacheable(expected: boolean | number = true): this {
    return this.assert('cacheable', [expected], this.cacheable)
  }

  /** There is a Content-Security-Policy; a directive has these sources, and may have others. */
  csp(directive?: string, ...sources: string[]): this {
    return this.assert('csp', [directive, ...sources], this.csp)
  }

  /** The body is as it was when the runner's snapshot was made: `snapshot(text => expect(text).toMatchSnapshot())`. */
  snapshot(compare: (body: string) => unknown, selector?: string): this {
    return this.assert('snapshot', [compare, selector], this.snapshot)
  }

  /** The application sent no more queries than that: the guard against one more for each row. */
  maxQueries(limit: number): this {
    return this.assert('maxQueries', [limit], this.maxQueries)
  }

  /** A template was rendered, with these locals among its own. */
  rendered(template: string, locals: Readonly<Record<string, unknown>> = {}): this {
    return this.assert('rendered', [template, locals], this.rendered)
  }

  /** The application has sent a mail for this request, before it answered; see `t.outbox` for one that comes later. */
  mailed(expected: MailMatch = {}): this {
    return this.assert('mailed', [expected], this.mailed)
  }

  /** Something was logged for this request: a text, or members of a line. */
  logged(expected: TextExpectation | Readonly<Record<string, unknown>>): this {
    return this.assert('logged', [expected], this.logged)
  }

  /** Whatever else: throws where it is not as it should be. */
  satisfies(test: (response: ResponseData) => unknown): this {
    return this.assert('satisfies', [test], this.satisfies)
  }
}

export type AssertionName = keyof AssertionMethods

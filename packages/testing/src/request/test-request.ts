import { isPromiseLike } from '@arlen/core'
import { readOptions } from '@arlen/core/options'
import type { ControlValue, Entries } from '../browser/controls.ts'
import { type CallSite, callSiteOf, thrownFrom } from '../call-site.ts'
import { testingError } from '../errors.ts'
import { AssertionMethods, type AssertionName } from '../response/assertion-methods.ts'
import { assertions } from '../response/assertions.ts'
import { type Finding, failure } from '../response/failure.ts'
import type { TextExpectation } from '../response/matches.ts'
import { report } from '../response/report.ts'
import type { ResponseData } from '../response/response-data.ts'
import { countAssertions } from '../response/runner.ts'
import { type FormFields, formBody, jsonBody, type MultipartFields, multipartBody, rawBody } from './body.ts'
import { type RequestDescription, setField, withQuery } from './description.ts'
import {
  ACCEPT,
  authorizationOf,
  type Credentials,
  encodeQuery,
  MOST_REDIRECTS,
  OPTIONS,
  type QueryParams,
  type RequestOptions,
} from './request-options.ts'

/** What can be done with the page in a response. */
export interface Steps<Request> {
  click(target: string): Request
  submit(form?: string | Entries, entries?: Entries): Request
  fill(field: string, value: string | number): unknown
  select(field: string, value: string | readonly string[]): unknown
  check(field: string): unknown
  uncheck(field: string): unknown
  attach(field: string, ...files: Extract<ControlValue, object>[]): unknown
}

/** Sends requests. */
export interface Sender<Response extends ResponseData & Steps<TestRequest<Response>>> {
  /** Sends a request, and follows its redirects. */
  perform(request: TestRequest<Response>): Promise<Response>
  /** The request that results from a step on the page that another request returns. */
  goOn(
    before: TestRequest<Response>,
    call: string,
    step: (page: Response) => TestRequest<Response>,
    caller: object,
  ): TestRequest<Response>
}

/** The steps to take once the response has arrived, in order: an assertion, or an entry in a form. */
interface Pending<Response> {
  call: string
  run: (response: Response) => Finding | undefined | Promise<Finding | undefined>
  /** The place in the test. */
  at: { stack?: string }
}

/**
 * A request that runs when it is awaited. Calls before the first assertion describe the request; from then on, they are
 * about the response, and fail at their own line.
 */
export class TestRequest<Response extends ResponseData & Steps<TestRequest<Response>>>
  extends AssertionMethods
  implements PromiseLike<Response>
{
  readonly description: RequestDescription
  readonly #sender: Sender<Response>
  readonly #pending: Pending<Response>[] = []
  readonly #settle: (() => Promise<void>) | undefined
  #result: Promise<Response> | undefined

  /** @param settle - completes the description before the request is sent */
  constructor(sender: Sender<Response>, description: RequestDescription, settle?: () => Promise<void>) {
    super()
    this.#sender = sender
    this.description = description
    this.#settle = settle
  }

  /** Adds to the query. */
  query(params: QueryParams): this {
    const description = this.#describe('query()')
    description.target = withQuery(description.target, encodeQuery(params))
    return this
  }

  /** Sets a field of the request or, after the first assertion, checks one of the response. */
  override header(...args: [name: string, value?: TextExpectation | null]): this {
    const [name, value] = args
    if (this.#pending.length > 0) return super.header(...(args as [string, string]))
    if (typeof value !== 'string' && value !== undefined) {
      throw testingError('option_invalid', {
        name: `header(${JSON.stringify(name)})`,
        problem: 'takes a text. Assert status() or type() first to look at a field of the answer.',
      })
    }
    if (/[\r\n\0]/.test(name + (value ?? '')))
      throw testingError('option_invalid', {
        name: `header(${JSON.stringify(name)})`,
        problem: 'has a line break in it; raw() sends what no client would.',
      })
    setField(this.#describe('header()').fields, name, value)
    return this
  }

  /** Sends a value as JSON or, with a pointer or after the first assertion, checks the JSON of the response. */
  override json(...args: [unknown] | [string, unknown]): this {
    if (args.length === 2 || this.#pending.length > 0) return super.json(...(args as [string, unknown]))
    this.#body('json()').body = jsonBody(args[0])
    return this
  }

  /** Sends fields like a form. */
  form(fields: FormFields | URLSearchParams): this {
    this.#body('form()').body = formBody(fields)
    return this
  }

  /** Sends fields and files like a form with uploads. */
  multipart(fields: MultipartFields | FormData): this {
    this.#body('multipart()').body = multipartBody(fields)
    return this
  }

  /** Sends text, bytes, or a stream in chunks; set `Content-Type` with `header()`. */
  body(content: string | Uint8Array | AsyncIterable<Uint8Array | string>): this {
    this.#body('body()').body = rawBody(content)
    return this
  }

  /** A bearer token, or a name and password (RFC 7617). */
  auth(credentials: Credentials): this {
    setField(this.#describe('auth()').fields, 'Authorization', authorizationOf(credentials))
    return this
  }

  /** `html` as browsers send it, `json`, `problem`, `text`, `events`, or the value of the field. */
  accept(type: string): this {
    setField(this.#describe('accept()').fields, 'Accept', ACCEPT[type] ?? type)
    return this
  }

  /** How long to wait for the whole response, in milliseconds. Default 10,000. */
  timeout(ms: number): this {
    if (!(ms > 0)) throw testingError('option_invalid', { name: 'timeout', problem: 'must be a number above 0.' })
    this.#describe('timeout()').timeoutMs = ms
    return this
  }

  /** Follows redirects, up to 20 or the given number. Default: none. */
  redirects(follow: number | boolean = true): this {
    this.#describe('redirects()').redirects = typeof follow === 'number' ? follow : follow ? MOST_REDIRECTS : 0
    return this
  }

  /** @internal Everything that an options object can set at once. */
  apply(options: RequestOptions): this {
    const {
      query,
      headers = {},
      json,
      form,
      multipart,
      body,
      auth,
      accept,
      timeoutMs,
      redirects,
    } = readOptions('the request', options, OPTIONS)
    if (query !== undefined) this.query(query)
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) continue
      for (const each of typeof value === 'string' ? [value] : value) this.description.fields.push([name, each])
    }
    if (json !== undefined) this.json(json)
    if (form !== undefined) this.form(form)
    if (multipart !== undefined) this.multipart(multipart)
    if (body !== undefined) this.body(body)
    if (auth !== undefined) this.auth(auth)
    if (accept !== undefined) this.accept(accept)
    if (timeoutMs !== undefined) this.timeout(timeoutMs)
    if (redirects !== undefined) this.redirects(redirects)
    return this
  }

  // biome-ignore lint/suspicious/noThenProperty: a request runs when it is awaited
  then<Value = Response, Reason = never>(
    onFulfilled?: ((response: Response) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Reason | PromiseLike<Reason>) | null,
  ): Promise<Value | Reason> {
    return this.send().then(onFulfilled, onRejected)
  }

  /** Sends the request now, without waiting for the response; awaiting it later does not send it again. */
  send(): Promise<Response> {
    this.#result ??= this.#run()
    return this.#result
  }

  catch<Reason>(onRejected: (reason: unknown) => Reason | PromiseLike<Reason>): Promise<Response | Reason> {
    return this.send().catch(onRejected)
  }

  /** Continues on the returned page: follows a link or presses a button, like {@link Steps.click}. */
  click(target: string): TestRequest<Response> {
    return this.#sender.goOn(this, `click(${JSON.stringify(target)})`, page => page.click(target), this.click)
  }

  /** Continues on the returned page: submits a form, like {@link Steps.submit}. */
  submit(form?: string | Entries, entries?: Entries): TestRequest<Response> {
    const call = typeof form === 'string' ? `submit(${JSON.stringify(form)})` : 'submit()'
    return this.#sender.goOn(this, call, page => page.submit(form, entries), this.submit)
  }

  /** Types into a field of the returned page. */
  fill(field: string, value: string | number): this {
    return this.#enter('fill()', page => page.fill(field, value), this.fill)
  }

  /** Chooses from a list or radio buttons of the returned page. */
  select(field: string, value: string | readonly string[]): this {
    return this.#enter('select()', page => page.select(field, value), this.select)
  }

  /** Ticks a check box of the returned page. */
  check(field: string): this {
    return this.#enter('check()', page => page.check(field), this.check)
  }

  uncheck(field: string): this {
    return this.#enter('uncheck()', page => page.uncheck(field), this.uncheck)
  }

  /** Chooses files for an upload on the returned page. */
  attach(field: string, ...files: Extract<ControlValue, object>[]): this {
    return this.#enter('attach()', page => page.attach(field, ...files), this.attach)
  }

  protected override assert(name: AssertionName, args: readonly unknown[], method: object): this {
    return this.#later(`${name}()`, response => assertions[name](response, ...args), method)
  }

  #enter(call: string, act: (page: Response) => unknown, method: object): this {
    return this.#later(call, response => void act(response), method)
  }

  #later(call: string, run: Pending<Response>['run'], method: object): this {
    if (this.#result !== undefined) throw testingError('request_sent', { call })
    this.#pending.push({ call, run, at: callSiteOf(method, 5) })
    return this
  }

  async #run(): Promise<Response> {
    if (this.#settle) await this.#settle()
    const response = await this.#sender.perform(this)
    if (this.#pending.length > 0) countAssertions(this.#pending.length)
    for (const { run, at } of this.#pending) {
      const finding = await checked(run, response, at)
      if (finding) throw failure(finding, report(response, finding.context), at)
    }
    return response
  }

  #describe(call: string): RequestDescription {
    if (this.#result !== undefined) throw testingError('request_sent', { call })
    if (this.#pending.length > 0) throw testingError('request_described', { call })
    return this.description
  }

  #body(call: string): RequestDescription {
    const description = this.#describe(call)
    if (description.body !== undefined) throw testingError('body_duplicate', { call })
    return description
  }
}

/** Errors about what the page does not offer point at the line of the test, too. */
async function checked<Response>(
  run: Pending<Response>['run'],
  response: Response,
  at: CallSite,
): Promise<Finding | undefined> {
  try {
    const found = run(response)
    return isPromiseLike(found) ? await found : found
  } catch (error) {
    throw thrownFrom(error, at)
  }
}

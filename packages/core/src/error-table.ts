/** One failed field of a request. `path` is a JSON Pointer (RFC 6901) that starts with the part: `/body/email`. */
export interface ProblemIssue {
  path: string
  code: string
  message: string
}

/** An error of a program: `code` is stable and made for machines, `message` says what is wrong and what to do. */
export class ArlenError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  override get name(): string {
    return this.constructor.name
  }
}

/** What an {@link HttpError} may say besides its status and code. */
export interface HttpErrorOptions extends ErrorOptions {
  /** What went wrong this time, in a sentence the client may read. */
  detail?: string | undefined
  /** The fields that failed, for a 422. */
  errors?: readonly ProblemIssue[] | undefined
  /** Header fields of the answer, such as `Retry-After`. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** An error that is an answer: thrown anywhere below a handler it becomes a problem document (RFC 9457). */
export class HttpError extends ArlenError {
  readonly status: number
  readonly detail: string | undefined
  readonly errors: readonly ProblemIssue[] | undefined
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(status: number, code: string = defaultCode(status), options: HttpErrorOptions = {}) {
    super(code, options.detail ?? statusText(status) ?? code, options)
    this.status = status
    this.detail = options.detail
    this.errors = options.errors
    this.headers = options.headers
  }
}

/**
 * The reason phrase of a status (RFC 9110, section 15), as Node.js knows it; undefined for a status nobody has named.
 * Not imported: as an ES module node:http brings undici along, 15 MiB and tens of milliseconds of every process.
 */
export function statusText(status: number): string | undefined {
  return process.getBuiltinModule('node:http').STATUS_CODES[status]
}

/** `404` gives `not_found`: the code of an error that says no more than its status. */
export function defaultCode(status: number): string {
  return (statusText(status) ?? 'unknown_error').toLowerCase().replace(/[^a-z0-9]+/g, '_')
}

/** One error of a package: what it says, and the answer it is. */
export interface ErrorEntry {
  /** Set where the error is an answer; the factory then makes an {@link HttpError}. */
  status?: number
  /** What is wrong and what to do; `{name}` is filled from the values given when it is raised. */
  message: string
  /**
   * False where clients cause it all day and nobody asks where in the program it came from: it then has no stack trace,
   * which costs more than everything else about a small answer. Default true.
   */
  traced?: boolean
}

/** What may be said of an error when it is raised, besides the values of its message. */
export interface RaiseOptions extends Omit<HttpErrorOptions, 'detail'> {}

/** Makes the errors of one table: an {@link HttpError} for an entry with a status, else an {@link ArlenError}. */
export interface ErrorFactory<Code extends string> {
  (code: Code, values?: Readonly<Record<string, unknown>>, options?: RaiseOptions): ArlenError
  readonly table: Readonly<Record<Code, ErrorEntry>>
}

/** The codes of a factory's table: `ErrorCode<typeof pgError>`. */
export type ErrorCode<Factory> = Factory extends ErrorFactory<infer Code> ? Code : never

/**
 * Turns a package's table of errors into the one function that makes them. The codes are the keys of the table.
 *
 * ```ts
 * const table = { pool_timeout: { status: 503, message: 'No connection within {ms} ms.' } }
 * export const pgError: ErrorFactory<keyof typeof table> = defineErrors(table)
 * throw pgError('pool_timeout', { ms: 5000 })
 * ```
 */
export function defineErrors<Code extends string>(table: Readonly<Record<Code, ErrorEntry>>): ErrorFactory<Code> {
  const raise = (code: Code, values: Readonly<Record<string, unknown>> = {}, options: RaiseOptions = {}) => {
    const entry = table[code]
    const message = entry.message.replace(/\{(\w+)\}/g, (hole, name: string) =>
      name in values ? String(values[name]) : hole,
    )
    // The constructor's own trace would begin here, where nothing went wrong.
    const error = untraced(() =>
      entry.status === undefined
        ? new ArlenError(code, message, options)
        : new HttpError(entry.status, code, { ...options, detail: message }),
    )
    if (entry.traced !== false) Error.captureStackTrace(error, raise)
    return error
  }
  return Object.assign(raise, { table })
}

/** V8 takes the limit from here alone. Nothing else runs before it is what it was. */
function untraced<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}

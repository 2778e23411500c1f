import type { SourceLocation } from './stack.ts'

/** One failed field of a request. `path` is a JSON Pointer (RFC 6901) that starts with the part of the request: `/body/email`. */
export interface ProblemIssue {
  path: string
  code: string
  message: string
}

/** The optional parts of an {@link ArlenError}. */
export interface ArlenErrorOptions extends ErrorOptions {
  /** Where the mistake is in the program's source, if the stack trace does not show it: where a route was added, for example. */
  at?: SourceLocation | undefined
}

/** An error of a program. `code` is stable and for programs; `message` says what is wrong and what to do. */
export class ArlenError extends Error {
  readonly code: string
  /** Where the mistake is in the program's source. Not enumerable: logs have it in the message. */
  declare readonly at?: SourceLocation
  /** The end of `message`, which says what to do, if the table of errors keeps it apart. Not enumerable either. */
  declare readonly remedy?: string

  constructor(code: string, message: string, options?: ArlenErrorOptions) {
    super(message, options)
    this.code = code
    if (options?.at) Object.defineProperty(this, 'at', { value: options.at })
  }

  override get name(): string {
    return this.constructor.name
  }
}

/** What a command prints of a failure with `--json`. */
export interface Failure {
  error: {
    /** Stable: that of the {@link ArlenError}, or `failed`. */
    code: string
    message: string
    /** What to do, if the message ends with it. */
    remedy?: string | undefined
  }
}

/** What a command prints of anything thrown with `--json`. */
export function failureOf(error: unknown): Failure {
  const known = error instanceof ArlenError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  return { error: { code: known?.code ?? 'failed', message, remedy: known?.remedy } }
}

/** The optional parts of an {@link HttpError}. */
export interface HttpErrorOptions extends ArlenErrorOptions {
  /** What went wrong this time, in a sentence that the client may see. */
  detail?: string | undefined
  /** The invalid fields, for a 422. */
  errors?: readonly ProblemIssue[] | undefined
  /** Header fields of the response, such as `Retry-After`. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** An error that is a response: thrown by a handler, it becomes a problem document (RFC 9457). */
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
 * The reason phrase of a status (RFC 9110, section 15); undefined if it has none. From Node.js, but not by an import: importing
 * node:http loads undici, which costs every process 15 MiB and tens of milliseconds.
 */
export function statusText(status: number): string | undefined {
  return process.getBuiltinModule('node:http').STATUS_CODES[status]
}

/** The code of an error that has nothing but its status: 404 gives `not_found`. */
export function defaultCode(status: number): string {
  return (statusText(status) ?? 'unknown_error').toLowerCase().replace(/[^a-z0-9]+/g, '_')
}

/** One error of a package: its message, and its status if it is a response. */
export interface ErrorEntry {
  /** Set if the error is a response; the factory then makes an {@link HttpError}. */
  status?: number
  /** What is wrong and what to do. `{name}` is replaced by the value given when it is raised. */
  message: string
  /** What to do, kept apart for programs such as `arlen … --json`. It ends the error's message, but a client does not see it. */
  remedy?: string
  /**
   * Whether it has a stack trace. False for errors that clients cause all day and whose origin nobody needs: the trace costs more
   * than the rest of a small response. Default true.
   */
  traced?: boolean
}

/** The optional values of an error besides those of its message. */
export interface RaiseOptions extends Omit<HttpErrorOptions, 'detail'> {}

/** Creates the errors of one table: an {@link HttpError} for an entry with a status, else an {@link ArlenError}. */
export interface ErrorFactory<Code extends string> {
  (code: Code, values?: Readonly<Record<string, unknown>>, options?: RaiseOptions): ArlenError
  readonly table: Readonly<Record<Code, ErrorEntry>>
}

/** The codes of a factory's table: `ErrorCode<typeof pgError>`. */
export type ErrorCode<Factory> = Factory extends ErrorFactory<infer Code> ? Code : never

/**
 * Turns a package's table of errors into the function that creates them. The codes are the keys of the table.
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
    const message = filled(entry.message, values)
    // The constructor's own trace would begin here, not where the error is raised.
    const error = untraced(() =>
      entry.status === undefined
        ? new ArlenError(code, message, options)
        : new HttpError(entry.status, code, { ...options, detail: message }),
    )
    if (entry.remedy !== undefined) addRemedy(error, filled(entry.remedy, values))
    if (entry.traced !== false) Error.captureStackTrace(error, raise)
    return error
  }
  return Object.assign(raise, { table })
}

function addRemedy(error: ArlenError, remedy: string): void {
  error.message += ` ${remedy}`
  Object.defineProperty(error, 'remedy', { value: remedy })
}

/** A text with values in place of their names in braces. */
function filled(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => (name in values ? String(values[name]) : hole))
}

/** Nothing else runs before the limit is restored. */
function untraced<E extends Error>(make: () => E): E {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}

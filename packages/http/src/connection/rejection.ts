import { type HttpError, PROBLEM_TYPE, toProblem } from '@arlen/core'
import type { Engine } from '../engine.ts'
import { type HttpErrorCode, httpError } from '../errors.ts'
import { contentLength, statusLine } from './response-writer.ts'

/**
 * The response to input that never became a request. It is logged at `debug`: anyone can cause one, any number of times.
 */
export function problemOfRejection(
  engine: Engine,
  code: HttpErrorCode,
): { status: number; fields: string; body: string } {
  const error = httpError(code) as HttpError
  const id = engine.nextId()
  engine.log.debug({ requestId: id, code, status: error.status }, 'request rejected')
  const fields = `Content-Type: ${PROBLEM_TYPE}\r\nX-Request-Id: ${id}\r\n`
  return { status: error.status, fields, body: JSON.stringify(toProblem(error, id)) }
}

/** The same, as the whole and last response of a connection. */
export function rejection(engine: Engine, code: HttpErrorCode, more = '', isHead = false): string {
  const { status, fields, body } = problemOfRejection(engine, code)
  const head = `${statusLine(status)}${engine.clock.dateLine}${fields}${more}Connection: close\r\n`
  return `${head}${contentLength(body.length)}\r\n${isHead ? '' : body}`
}

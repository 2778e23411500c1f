import { type HttpError, PROBLEM_TYPE, toProblem } from '@arlen/core'
import type { Engine } from '../engine.ts'
import { type HttpErrorCode, httpError } from '../errors.ts'
import { contentLength, statusLine } from './writer.ts'

/**
 * The whole answer to something that never became a request. It is logged at `debug`: anybody can cause one, and as often
 * as they like.
 */
export function refusal(engine: Engine, code: HttpErrorCode, fields = '', isHead = false): string {
  const error = httpError(code) as HttpError
  const id = engine.nextId()
  engine.log.debug({ requestId: id, code, status: error.status }, 'request refused')
  const body = JSON.stringify(toProblem(error, id))
  return (
    statusLine(error.status) +
    engine.clock.dateLine +
    `Content-Type: ${PROBLEM_TYPE}\r\nX-Request-Id: ${id}\r\n${fields}Connection: close\r\n` +
    `${contentLength(body.length)}\r\n${isHead ? '' : body}`
  )
}

import { statusText } from '@arlen/core'
import type { ResponseHead } from '../connection/exchange.ts'
import { problemOfRejection } from '../connection/rejection.ts'
import type { Engine } from '../engine.ts'
import type { HttpErrorCode } from '../errors.ts'

/** The web Response for the head of a response. */
export function responseOf(
  engine: Engine,
  head: ResponseHead,
  content: ConstructorParameters<typeof Response>[0],
): Response {
  const headers = new Headers()
  for (const line of `${engine.clock.dateLine}${head.fields}`.split('\r\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2))
  }
  if (head.length >= 0) headers.set('content-length', String(head.length))
  return new Response(content, { status: head.status, statusText: statusText(head.status) ?? '', headers })
}

/** The response to a Request that is not valid HTTP. */
export function rejectedResponse(engine: Engine, code: HttpErrorCode, method: string): Response {
  const { status, fields, body } = problemOfRejection(engine, code)
  return responseOf(engine, { status, fields, length: body.length, last: true }, method === 'HEAD' ? null : body)
}

import { statusText } from '@arlen/core'
import { fieldLines, setField } from '../answer/answer-fields.ts'
import type { Reply } from '../answer/reply.ts'
import type { Context } from '../context.ts'

const STATUS_LINES: string[] = []

/** `HTTP/1.1 200 OK` CRLF. Our version is sent whatever the request's was (RFC 9110, section 6.2). */
export function statusLine(status: number): string {
  STATUS_LINES[status] ??= `HTTP/1.1 ${status} ${statusText(status) ?? ''}\r\n`
  return STATUS_LINES[status]
}

export interface HeadFacts {
  status: number
  /** 0 or 1: the minor version of the request. */
  minor: number
  /** This answer is the connection's last. */
  last: boolean
  dateLine: string
  /** `Content-Length: 5` CRLF, `Transfer-Encoding: chunked` CRLF, or nothing. */
  framing: string
}

/** The head of an answer, with the empty line that ends it. */
export function answerHead(c: Context, reply: Reply, facts: HeadFacts): string {
  let head = statusLine(facts.status) + facts.dateLine
  if (facts.status !== 204 && facts.status !== 304) {
    const type = contentType(c, reply)
    if (type !== '') head += `Content-Type: ${type}\r\n`
  }
  head += fieldLines(c, reply)
  if (c.req._hasId && setField(c, reply, 'x-request-id') === undefined) head += `X-Request-Id: ${c.req.id}\r\n`
  if (c.timings !== undefined) {
    c.timings.lap('response_write')
    head += `Server-Timing: ${c.timings.toServerTiming()}\r\n`
  }
  // An Upgrade field is for this hop, so Connection must name it (RFC 9110, section 7.8).
  if (facts.status === 426) head += facts.last ? 'Connection: close, upgrade\r\n' : 'Connection: upgrade\r\n'
  else if (facts.last) head += 'Connection: close\r\n'
  else if (facts.minor === 0) head += 'Connection: keep-alive\r\n'
  return `${head + facts.framing}\r\n`
}

/** What the answer says it is; else what was set for an answer that does not say. */
function contentType(c: Context, reply: Reply): string {
  const own = reply._list?.get('content-type') ?? reply.type
  return own === '' ? (setField(c, reply, 'content-type') ?? '') : own
}

export function contentLength(bytes: number): string {
  return `Content-Length: ${bytes}\r\n`
}

export const CHUNKED_FRAMING = 'Transfer-Encoding: chunked\r\n'

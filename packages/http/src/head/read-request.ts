import type { Exchange } from '../connection/exchange.ts'
import type { HttpErrorCode } from '../errors.ts'
import { HttpRequest } from '../request.ts'
import type { Head } from './head.ts'
import { hasBadEscape, otherTarget } from './target.ts'

/** The request in a head, whose text is `text`, or the reason for its rejection. The caller adds its body. */
export function readRequest(exchange: Exchange, head: Head, text: string): HttpRequest | HttpErrorCode {
  // Reusing an existing string lets it be compared and looked up by identity.
  const method = head.isGet ? 'GET' : text.slice(head.methodStart, head.targetStart - 1)
  if (!exchange.engine.methods.has(method)) return 'method_not_implemented'
  let path = text.slice(head.targetStart, head.queryStart)
  let query = head.queryStart === head.targetEnd ? '' : text.slice(head.queryStart + 1, head.targetEnd)
  let host = head.hosts === 0 ? '' : text.slice(head.hostStart, head.hostEnd)
  if (path.charCodeAt(0) !== 0x2f) {
    const target = otherTarget(method, text.slice(head.targetStart, head.targetEnd))
    if (target === null) return 'target_invalid'
    path = target.path
    query = target.query
    host = target.host ?? host
  }
  if (hasBadEscape(path)) return 'target_invalid'
  const request = new HttpRequest(exchange, method, path, query, text, head.fieldsStart, host, head.minor)
  request._coded = head.coded
  if (head.types === 1) {
    request._typeStart = head.typeStart
    request._typeEnd = head.typeEnd
  }
  return request
}

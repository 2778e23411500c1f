import type { HttpErrorCode } from '../errors.ts'

/** What a request head says of itself, as positions counted from its first octet. One is used again for each request. */
export class Head {
  methodStart = 0
  isGet = false
  targetStart = 0
  /** Where `?` stands, or the end of the target. */
  queryStart = 0
  targetEnd = 0
  /** 0 or 1: the minor version of HTTP/1. */
  minor = 1
  fieldsStart = 0
  end = 0
  hosts = 0
  hostStart = 0
  hostEnd = 0
  /** How many Content-Type fields there are, and where the value of the last one stands. */
  types = 0
  typeStart = 0
  typeEnd = 0
  /** Whether there is a Content-Encoding. */
  coded = false
  /** -1 where there is no Content-Length. */
  contentLength = -1
  chunked = false
  close = false
  keepAlive = false
  upgradeField = false
  upgradeOption = false
  expectContinue = false

  reset(): void {
    this.isGet = false
    this.minor = 1
    this.hosts = 0
    this.types = 0
    this.coded = false
    this.contentLength = -1
    this.chunked = false
    this.close = false
    this.keepAlive = false
    this.upgradeField = false
    this.upgradeOption = false
    this.expectContinue = false
  }
}

/** Whether a part of a head was read to its end, wants more octets, or is refused. */
export type HeadResult = 'more' | 'done' | HttpErrorCode

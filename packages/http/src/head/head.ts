import type { HttpErrorCode } from '../errors.ts'

/** The parsed parts of a request head, as positions counted from its first octet. It is reused for each request. */
export class Head {
  methodStart = 0
  isGet = false
  targetStart = 0
  /** Where `?` is, or the end of the target. */
  queryStart = 0
  targetEnd = 0
  /** 0 or 1: the minor version of HTTP/1. */
  minor = 1
  fieldsStart = 0
  end = 0
  hosts = 0
  hostStart = 0
  hostEnd = 0
  /** How many Content-Type fields there are, and where the value of the last one begins. */
  types = 0
  typeStart = 0
  typeEnd = 0
  /** Whether there is a Content-Encoding. */
  coded = false
  /** -1 if there is no Content-Length. */
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

/** Whether a part of a head is complete, needs more octets, or is rejected. */
export type HeadResult = 'more' | 'done' | HttpErrorCode

import { findCookie } from '@arlen/http'
import { MAX_COOKIE_BYTES } from '@arlen/http/extend'
import { sessionError } from '../errors.ts'
import type { SessionRecord, SessionUser } from './session.ts'
import type { CookieSlot, SessionSettings } from './session-settings.ts'

/** A session as stored in its cookie. With a store, `d` and `u` are in the store instead. */
interface SealedSession {
  /** id */
  i: string
  /** createdAt */
  t: number
  /** sealedAt */
  s: number
  /** user: id, epoch, login time */
  u?: [string | number, string | number, number]
  /** data */
  d?: Record<string, unknown>
}

export interface OpenedSession {
  readonly record: SessionRecord
  /** Whether the last recorded use is old enough to be recorded again. */
  readonly renew: boolean
  /** Sealed with an older secret. */
  readonly stale: boolean
}

/** An opened session. Its data is parsed for this request only if something may change it. */
class OpenedRecord implements SessionRecord {
  readonly id: string
  readonly createdAt: number
  readonly user: SessionUser | undefined
  peeked: Readonly<Record<string, unknown>> | undefined
  readonly #text: string | undefined
  #data: Record<string, unknown> | undefined

  /** @param text - what `sealed` was parsed from, if that is shared with other requests */
  constructor({ i, t, u, d = {} }: SealedSession, text: string | undefined) {
    this.id = i
    this.createdAt = t
    this.user = u && { id: u[0], epoch: u[1], at: u[2] }
    this.#text = text
    this.peeked = text === undefined ? undefined : d
    this.#data = text === undefined ? d : undefined
  }

  get data(): Record<string, unknown> {
    this.#data ??= (JSON.parse(this.#text!) as SealedSession).d ?? {}
    this.peeked = undefined
    return this.#data
  }
}

/** The session in a request's cookies, or undefined if there is none that is authentic and not expired. */
export function openSession(
  settings: SessionSettings,
  cookies: string | undefined,
  now: number,
): OpenedSession | undefined {
  const value = findCookie(cookies, settings.cookie.name)
  const recent = value === undefined ? undefined : settings.cookie.codec.openRecent(value)
  if (recent === undefined) return undefined
  const shared = recent.shared() as SealedSession | undefined
  const sealed = shared ?? (JSON.parse(recent.text) as SealedSession)
  const { t: createdAt, s: sealedAt } = sealed
  let seenAt = sealedAt
  if (now > seenAt + settings.renewAfter) seenAt = Math.max(seenAt, openSeen(settings, cookies, sealed.i))
  // A store has newer times than the cookie, which are checked after loading.
  if (settings.store === undefined && isOver(settings, createdAt, seenAt, now)) return undefined
  return {
    record: new OpenedRecord(sealed, shared === undefined ? undefined : recent.text),
    renew: now > seenAt + settings.renewAfter,
    stale: settings.cookie.codec.isStale(value!),
  }
}

export function isOver(settings: SessionSettings, createdAt: number, seenAt: number, now: number): boolean {
  return now >= createdAt + settings.absolute || now >= seenAt + settings.idle
}

/** The `Set-Cookie` value for a session. Throws `session_too_large`. */
export function sealSession(settings: SessionSettings, record: SessionRecord, now: number): string {
  const { id: i, createdAt: t, user, data: d } = record
  const sealed: SealedSession = { i, t, s: now }
  if (settings.store === undefined) {
    if (user) sealed.u = [user.id, user.epoch, user.at]
    sealed.d = d
  }
  const maxAge = settings.persistent ? t + settings.absolute - now : undefined
  return sealCookie(settings.cookie, JSON.stringify(sealed), maxAge, d)
}

/** The `Set-Cookie` value for data. Throws `session_too_large` if browsers would drop it. */
export function sealCookie(
  slot: CookieSlot,
  text: string,
  maxAge: number | undefined,
  data: Record<string, unknown>,
): string {
  const { name, codec } = slot
  // All ASCII, so characters are bytes.
  const bytes = name.length + codec.sealedLength(text)
  if (bytes > MAX_COOKIE_BYTES) {
    throw sessionError('session_too_large', { name, bytes, limit: MAX_COOKIE_BYTES, keys: bytesPerKey(data) })
  }
  return setCookie(slot, codec.seal(text), maxAge)
}

/** Records a use without rewriting the session, which could undo a concurrent change. */
export function sealSeen(settings: SessionSettings, id: string, now: number): string {
  const maxAge = settings.persistent ? settings.idle : undefined
  return setCookie(settings.seen, settings.seen.codec.seal(JSON.stringify([id, now])), maxAge)
}

function openSeen(settings: SessionSettings, cookies: string | undefined, id: string): number {
  const value = findCookie(cookies, settings.seen.name)
  const text = value === undefined ? undefined : settings.seen.codec.open(value)
  if (text === undefined) return 0
  const [seenId, at] = JSON.parse(text) as [string, number]
  return seenId === id ? at : 0
}

/**
 * The `Set-Cookie` value for a slot, whose name and attributes were checked at boot.
 *
 * @param value - sealed, a token, or empty: base64url, which needs no encoding
 * @param maxAge - in whole seconds
 */
export function setCookie({ name, tail }: CookieSlot, value: string, maxAge: number | undefined): string {
  return maxAge === undefined ? `${name}=${value}${tail}` : `${name}=${value}; Max-Age=${maxAge}${tail}`
}

export function forgetCookie(slot: CookieSlot): string {
  return setCookie(slot, '', 0)
}

function bytesPerKey(data: Record<string, unknown>): string {
  return Object.entries(data)
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(JSON.stringify(value) ?? '') }))
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ key, bytes }) => `${key} ${bytes}`)
    .join(', ')
}

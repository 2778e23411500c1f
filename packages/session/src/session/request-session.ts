import type { Context } from '@arlen/http'
import { warnOfForeignDomain } from '@arlen/http/extend'
import { sessionError } from '../errors.ts'
import { sessionKey } from '../stores/ended-sessions.ts'
import type { SessionStore, StoredSession } from '../stores/session-store.ts'
import { Flash } from './flash.ts'
import { forgetCookie, isOver, type OpenedSession, openSession, sealSeen, sealSession } from './sealed-session.ts'
import { type PendingChange, Session, type SessionLink, type SessionRecord } from './session.ts'
import type { SessionSettings } from './session-settings.ts'

const WARN_BYTES = 3000
const OVER_HTTP =
  'session cookies are Secure, but requests arrive over http, and browsers keep such cookies only over https. Behind a proxy that terminates TLS, add its address to http.trustedProxies and X-Forwarded-Proto in http.forwardedHeader; in development set session.secure to false'

/** A request's session: opened on first use, written when the response is ready. */
export class RequestSession implements SessionLink {
  readonly settings: SessionSettings
  /** Whether the response contains the session's cookie or a CSRF token. */
  isPrivate = false
  /** Whether the request's session is invalid already, so that its cookie need not be voided. */
  isOver = false
  readonly #c: Context
  #session: Session | undefined
  #flash: Flash | undefined
  #opened: OpenedSession | undefined
  #stored: string | undefined
  #asked = false
  #closed = false

  constructor(settings: SessionSettings, c: Context) {
    this.settings = settings
    this.#c = c
  }

  get session(): Session {
    this.#asked = true
    if (this.#session === undefined) {
      this.#opened = openSession(this.settings, this.#c.req.header('cookie'), this.now())
      // With a store the cookie holds only an id, which `load` has looked up already.
      const record = this.settings.store === undefined ? this.#opened?.record : undefined
      this.#session = new Session(this, record)
    }
    return this.#session
  }

  /** Whether the handler read an existing session, so that the response may be personal. */
  get isPersonal(): boolean {
    return this.#asked && this.#opened !== undefined
  }

  get flash(): Flash {
    this.#flash ??= new Flash(this.settings, this, this.#c.req.header('cookie'))
    return this.#flash
  }

  now(): number {
    return this.settings.now()
  }

  mayChange(): boolean {
    // Also too late: a handler that timed out, whose client has received a 503.
    if (!this.#closed && !this.#c._responded) return true
    const error = sessionError('session_after_head')
    if (this.settings.strict) throw error
    this.#c.log.error({ err: error }, error.message)
    return false
  }

  /** Loads the session from the store by the id in the cookie. */
  load(store: SessionStore): Promise<void> | undefined {
    const now = this.now()
    const opened = openSession(this.settings, this.#c.req.header('cookie'), now)
    if (opened === undefined) return undefined
    this.#opened = opened
    const { id } = opened.record
    return store.load(sessionKey(id)).then(stored => {
      if (stored === undefined || isOver(this.settings, stored.createdAt, stored.seenAt, now)) return
      this.#opened = { ...opened, renew: now > stored.seenAt + this.settings.renewAfter }
      this.#stored = JSON.stringify(stored.data)
      this.#session = new Session(this, { id, createdAt: stored.createdAt, user: stored.user, data: stored.data })
    })
  }

  /** Writes changes to the store, if there is one, and then to the response head. */
  commit(): Promise<void> | undefined {
    this.#commitFlash()
    const session = this.#session
    if (session === undefined) return undefined
    const pending = session.pending()
    if (this.settings.store !== undefined) return this.#commitStore(this.settings.store, session)
    const voiding = pending?.replaced && this.#void(pending.replaced)
    if (voiding !== undefined) return voiding.then(() => this.#commitSealed(session, pending))
    this.#commitSealed(session, pending)
    return undefined
  }

  #commitSealed(session: Session, pending: PendingChange | undefined): void {
    if (pending === undefined) this.#renew(session)
    else if (pending.record === undefined) this.#forget(session)
    else this.write(sealSession(this.settings, pending.record, this.now()))
    session.settle()
  }

  /** Voids copies of a login's cookie, whatever ended it: logout, another login, `regenerate()` or `destroy()`. */
  #void({ id, createdAt, user }: SessionRecord): Promise<void> | undefined {
    const { ended, absolute } = this.settings
    return user === undefined || this.isOver ? undefined : ended?.end(sessionKey(id), createdAt + absolute)
  }

  /** The response head is being sent: no more changes. */
  close(): void {
    this.#closed = true
  }

  #commitFlash(): void {
    const cookie = this.#flash?.pending()
    if (cookie !== undefined) this.write(cookie)
  }

  async #commitStore(store: SessionStore, session: Session): Promise<void> {
    const pending = session.pending()
    const now = this.now()
    if (pending === undefined) {
      const opened = this.#opened
      if (opened === undefined || session.isNew) return
      if (opened.renew) await store.update(sessionKey(session.id), { set: {}, removed: [], seenAt: now })
      if (opened.stale && this.#isNavigation()) this.write(sealSession(this.settings, opened.record, now))
      return
    }
    const { record, replaced, isNew } = pending
    if (replaced !== undefined) await store.remove(sessionKey(replaced.id))
    if (record === undefined) this.#forget(session)
    else if (isNew) {
      const { createdAt, user, data } = record
      const stored: StoredSession = { createdAt, seenAt: now, user, data }
      await store.create(sessionKey(record.id), stored, createdAt + this.settings.absolute)
      this.write(sealSession(this.settings, record, now))
    } else if (!(await store.update(sessionKey(record.id), { ...this.#patch(record.data), seenAt: now }))) {
      // Another request or an administrator has ended the session: do not revive it.
      this.#forget(session)
    }
    session.settle()
  }

  /** The keys that changed since the session was loaded. */
  #patch(data: Record<string, unknown>): { set: Record<string, unknown>; removed: string[] } {
    const before = JSON.parse(this.#stored!) as Record<string, unknown>
    const changed = Object.entries(data).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]))
    return {
      set: Object.fromEntries(changed),
      removed: Object.keys(before).filter(key => !Object.hasOwn(data, key)),
    }
  }

  /**
   * Nothing changed, but the last use may have to be recorded, or a value sealed with an old secret be sealed again.
   */
  #renew(session: Session): void {
    const opened = this.#opened
    if (opened === undefined) return
    if (opened.stale && this.#isNavigation()) this.write(sealSession(this.settings, opened.record, this.now()))
    else if (opened.renew) this.write(sealSeen(this.settings, session.id, this.now()))
  }

  /**
   * Whether this is a page load, during which none of the page's other requests can be writing the session. Programs
   * count as such.
   */
  #isNavigation(): boolean {
    const mode = this.#c.req.header('sec-fetch-mode')
    return mode === undefined || mode === 'navigate'
  }

  #forget(session: Session): void {
    if (session.isNew) return
    this.write(forgetCookie(this.settings.cookie))
    if (this.#c.req.header('cookie')?.includes(this.settings.seen.name)) this.write(forgetCookie(this.settings.seen))
  }

  /** Adds a session cookie to the response head. */
  write(cookie: string): void {
    if (!this.mayChange()) return
    this.isPrivate = true
    this.#c.res.headers.append('Set-Cookie', cookie)
    if (this.settings.strict && cookie.length > WARN_BYTES) {
      this.#c.log.warn({ bytes: cookie.length }, 'a session cookie is near the 4,096 bytes that browsers store')
    }
    const { secure, warnings, cookie: own } = this.settings
    if (own.attributes.domain !== undefined) warnOfForeignDomain(this.#c, own.name, own.attributes.domain)
    if (secure && !warnings.has(OVER_HTTP) && this.#c.req.protocol === 'http') warnings.once(this.#c.log, OVER_HTTP)
  }
}

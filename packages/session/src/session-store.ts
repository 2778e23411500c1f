import type { SessionUser } from './session.ts'

/** A session as a store keeps it. Its id is not in it: stores know sessions by a hash of the id alone. */
export interface StoredSession {
  /** Seconds since 1970, as all times here. */
  readonly createdAt: number
  readonly seenAt: number
  readonly user: SessionUser | undefined
  readonly data: Record<string, unknown>
}

/** What one request changed in a session that was already stored: other keys may have changed meanwhile, and stay. */
export interface SessionPatch {
  readonly set: Record<string, unknown>
  readonly removed: readonly string[]
  readonly seenAt: number
}

/** Keeps sessions on the server. Keys are SHA-256 digests of session ids, as base64url. */
export interface SessionStore {
  /** Undefined where there is none, or one that has expired. */
  load(key: string): Promise<StoredSession | undefined>
  /**
   * Rejects where the key is taken.
   *
   * @param expiresAt - in seconds since 1970.
   */
  create(key: string, session: StoredSession, expiresAt: number): Promise<void>
  /**
   * The later `seenAt` stays, whichever request is written first.
   *
   * @returns false where there is no such session any more, or it has expired; it must not come back.
   */
  update(key: string, patch: SessionPatch): Promise<boolean>
  remove(key: string): Promise<void>
  /** Ends every session of a user, `7` and `'7'` being one: log out everywhere. @returns how many had not expired. */
  removeUser(userId: string | number): Promise<number>
  /** Removes what has expired. @returns how many there were. */
  removeExpired(): Promise<number>
}

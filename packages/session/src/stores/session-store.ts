import type { SessionUser } from '../session/session.ts'

/** A stored session. Its id is not included: stores only know a hash of it. */
export interface StoredSession {
  /** Seconds since 1970, like all times here. */
  readonly createdAt: number
  readonly seenAt: number
  readonly user: SessionUser | undefined
  readonly data: Record<string, unknown>
}

/** The changes one request made to a stored session. Other keys may have changed concurrently and are kept. */
export interface SessionPatch {
  readonly set: Record<string, unknown>
  readonly removed: readonly string[]
  readonly seenAt: number
}

/** Stores sessions on the server. Keys are SHA-256 digests of session ids in base64url. */
export interface SessionStore {
  /** Undefined if there is no such session or it has expired. */
  load(key: string): Promise<StoredSession | undefined>
  /**
   * Rejects if the key already exists.
   *
   * @param expiresAt - in seconds since 1970.
   */
  create(key: string, session: StoredSession, expiresAt: number): Promise<void>
  /**
   * The later `seenAt` wins, whichever request is written last.
   *
   * @returns false if the session does not exist or has expired; it must not be revived.
   */
  update(key: string, patch: SessionPatch): Promise<boolean>
  remove(key: string): Promise<void>
  /**
   * Ends all sessions of a user, where `7` and `'7'` are the same user: log out everywhere. @returns how many had not
   * expired.
   */
  removeUser(userId: string | number): Promise<number>
  /** Removes expired sessions. @returns how many were removed. */
  removeExpired(): Promise<number>
}

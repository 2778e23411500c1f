import type { Database } from '@arlen/pg'

export interface User {
  id: number
  email: string
  name: string
  role: 'customer' | 'admin'
  /** Sessions that began under another epoch are void. */
  sessionEpoch: number
}

export interface NewUser {
  email: string
  name: string
  passwordHash: string
}

const COLUMNS = `id, email, name, role, session_epoch as "sessionEpoch"`

export function userById(db: Database, id: number): Promise<User | undefined> {
  return db.maybeOne<User>(`select ${COLUMNS} from users where id = $1`, [id])
}

export function userByEmail(db: Database, email: string): Promise<User | undefined> {
  return db.maybeOne<User>(`select ${COLUMNS} from users where email = $1`, [email])
}

/** The one query that reads password hashes; only the login uses it. */
export function credentialsOf(db: Database, email: string): Promise<(User & { passwordHash: string }) | undefined> {
  return db.maybeOne<User & { passwordHash: string }>(
    `select ${COLUMNS}, password_hash as "passwordHash" from users where email = $1`,
    [email],
  )
}

/** The new user, or undefined if the address already has an account, even one created at the same moment. */
export function createUser(db: Database, { email, name, passwordHash }: NewUser): Promise<User | undefined> {
  return db.maybeOne<User>(
    `insert into users (email, name, password_hash) values ($1, $2, $3)
     on conflict (email) do nothing returning ${COLUMNS}`,
    [email, name, passwordHash],
  )
}

/** Replaces a hash by a stronger one for the same password, unless the password has changed meanwhile. */
export function strengthenHash(db: Database, id: number, passwordHash: string, replaced: string): Promise<number> {
  const values = [id, passwordHash, replaced]
  return db.execute('update users set password_hash = $2 where id = $1 and password_hash = $3', values)
}

/** Sets a new password, which ends all sessions of the user. */
export function changePassword(db: Database, id: number, passwordHash: string): Promise<User | undefined> {
  return db.maybeOne<User>(
    `update users set password_hash = $2, session_epoch = session_epoch + 1 where id = $1 returning ${COLUMNS}`,
    [id, passwordHash],
  )
}

/** Ends all sessions of a user, on every device. */
export function endSessions(db: Database, id: number): Promise<number> {
  return db.execute('update users set session_epoch = session_epoch + 1 where id = $1', [id])
}

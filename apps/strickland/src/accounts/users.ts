import type { Database } from '@arlen/pg'

export interface User {
  id: number
  email: string
  name: string
  role: 'customer' | 'admin'
  /** Sessions that began under another epoch are over. */
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

/** The one query that reads password hashes; they go no further than the login. */
export function credentialsOf(db: Database, email: string): Promise<(User & { passwordHash: string }) | undefined> {
  return db.maybeOne<User & { passwordHash: string }>(
    `select ${COLUMNS}, password_hash as "passwordHash" from users where email = $1`,
    [email],
  )
}

/** The new user, or undefined where the address has an account already, also one that was made at the same moment. */
export function createUser(db: Database, { email, name, passwordHash }: NewUser): Promise<User | undefined> {
  return db.maybeOne<User>(
    `insert into users (email, name, password_hash) values ($1, $2, $3)
     on conflict (email) do nothing returning ${COLUMNS}`,
    [email, name, passwordHash],
  )
}

export function storePasswordHash(db: Database, id: number, passwordHash: string): Promise<number> {
  return db.execute('update users set password_hash = $2 where id = $1', [id, passwordHash])
}

/** Ends every session of a user, on whatever device. */
export function endSessions(db: Database, id: number): Promise<number> {
  return db.execute('update users set session_epoch = session_epoch + 1 where id = $1', [id])
}

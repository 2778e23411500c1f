import type { Database } from '@arlen/pg'
import * as v from 'valibot'
import { Line } from '../line.ts'

export interface Note {
  id: number
  title: string
  body: string
  updatedAt: Date
}

/** What people enter: the body of a form or of a JSON request. */
export const NoteInput = v.object({
  title: v.pipe(Line, v.nonEmpty('Enter a title.')),
  body: v.pipe(
    v.string(),
    v.maxLength(10_000, 'Must have at most 10,000 characters.'),
    v.check(text => !text.includes('\0'), 'Must not contain NUL.'),
  ),
})
export type NoteInput = v.InferOutput<typeof NoteInput>

const COLUMNS = `id, title, body, updated_at as "updatedAt"`

/** The notes of a user, the latest first. */
export function notesOf(db: Database, userId: number, limit: number = 100): Promise<Note[]> {
  return db.many<Note>(`select ${COLUMNS} from notes where user_id = $1 order by updated_at desc, id desc limit $2`, [
    userId,
    limit,
  ])
}

export function noteOf(db: Database, userId: number, id: number): Promise<Note | undefined> {
  return db.maybeOne<Note>(`select ${COLUMNS} from notes where id = $1 and user_id = $2`, [id, userId])
}

export function createNote(db: Database, userId: number, { title, body }: NoteInput): Promise<Note> {
  return db.one<Note>(`insert into notes (user_id, title, body) values ($1, $2, $3) returning ${COLUMNS}`, [
    userId,
    title,
    body,
  ])
}

/** The changed note, or undefined if the user has none with this id. */
export function updateNote(
  db: Database,
  userId: number,
  id: number,
  { title, body }: NoteInput,
): Promise<Note | undefined> {
  return db.maybeOne<Note>(
    `update notes set title = $3, body = $4, updated_at = now() where id = $1 and user_id = $2 returning ${COLUMNS}`,
    [id, userId, title, body],
  )
}

/** Whether the user had such a note. */
export async function deleteNote(db: Database, userId: number, id: number): Promise<boolean> {
  return (await db.execute('delete from notes where id = $1 and user_id = $2', [id, userId])) === 1
}

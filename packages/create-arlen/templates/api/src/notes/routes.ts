import type { Routes } from 'arlen'
import * as v from 'valibot'
import type { LoggedIn } from '../users/users.ts'
import { NoteId } from './note-id.ts'
import { createNote, deleteNote, NoteInput, noteOf, notesOf, updateNote } from './notes.ts'

const Note = v.object({
  id: v.number(),
  title: v.string(),
  body: v.string(),
  updatedAt: v.pipe(v.string(), v.isoTimestamp()),
})
const NoteList = v.object({ notes: v.array(Note) })

/** The notes of the user whose token the request sends. */
export function noteRoutes(routes: Routes<'/notes', LoggedIn>): void {
  routes.get('/', { response: NoteList }, async c => ({ notes: await notesOf(c.db, c.user.id) }))

  routes.post('/', { body: NoteInput, response: { 201: Note } }, async c => {
    const note = await createNote(c.db, c.user.id, c.valid.body)
    c.res.status = 201
    c.res.headers.set('location', c.urlFor('note', { id: note.id }))
    return note
  })

  routes.get('/:id', { name: 'note', params: NoteId, response: Note }, async c => {
    return (await noteOf(c.db, c.user.id, c.valid.params.id)) ?? c.problem(404, 'note_not_found')
  })

  routes.put('/:id', { params: NoteId, body: NoteInput, response: Note }, async c => {
    const note = await updateNote(c.db, c.user.id, c.valid.params.id, c.valid.body)
    return note ?? c.problem(404, 'note_not_found')
  })

  routes.delete('/:id', { params: NoteId, response: { 204: null } }, async c => {
    if (!(await deleteNote(c.db, c.user.id, c.valid.params.id))) return c.problem(404, 'note_not_found')
    c.res.status = 204
    return null
  })
}

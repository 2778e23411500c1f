import { type Context, HttpError, type Routes } from 'arlen'
import type { LoggedIn } from '../accounts/accounts.ts'
import { NoteId } from './note-id.ts'
import { createNote, deleteNote, type Note, NoteInput, noteOf, notesOf, updateNote } from './notes.ts'

/** The pages of the notes, for users who are logged in. */
export function noteRoutes(routes: Routes<'/notes', LoggedIn>): void {
  routes.get('/', { name: 'notes' }, async c => {
    return c.render('notes/index', { title: 'Your notes', notes: await notesOf(c.db, c.user.id) })
  })

  const newPage = (c: Context) => c.render('notes/new', { title: 'New note' })
  routes.get('/new', { name: 'new-note' }, newPage)
  routes.post('/', { body: NoteInput, invalid: newPage }, async c => {
    const note = await createNote(c.db, c.user.id, c.valid.body)
    c.flash('notice', 'Your note is saved.')
    return c.redirect(c.urlFor('note', { id: note.id }))
  })

  routes.get('/:id', { name: 'note', params: NoteId }, async c => {
    const note = found(await noteOf(c.db, c.user.id, c.valid.params.id))
    return c.render('notes/show', { title: note.title, note })
  })

  const editPage = async (c: Context & { user: { id: number } }) => {
    const note = found(await noteOf(c.db, c.user.id, Number(c.params.id)))
    return c.render('notes/edit', { title: 'Edit note', note })
  }
  routes.get('/:id/edit', { name: 'edit-note', params: NoteId }, editPage)
  routes.post('/:id', { params: NoteId, body: NoteInput, invalid: editPage }, async c => {
    const note = found(await updateNote(c.db, c.user.id, c.valid.params.id, c.valid.body))
    c.flash('notice', 'Your note is saved.')
    return c.redirect(c.urlFor('note', { id: note.id }))
  })

  routes.post('/:id/delete', { name: 'delete-note', params: NoteId }, async c => {
    if (!(await deleteNote(c.db, c.user.id, c.valid.params.id))) throw noSuchNote()
    c.flash('notice', 'Your note is deleted.')
    return c.redirect(c.urlFor('notes'))
  })
}

function found(note: Note | undefined): Note {
  if (!note) throw noSuchNote()
  return note
}

/** Another user's note is not found either: its existence is not revealed. */
function noSuchNote(): HttpError {
  return new HttpError(404, 'note_not_found', { detail: 'There is no such note.' })
}

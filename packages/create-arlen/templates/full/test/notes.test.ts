import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { openApp } from './open-app.ts'

const { t, app, db, user } = await openApp()
beforeEach(() => db.begin(app))
afterEach(() => db.rollback())

const countNotes = () => app.db.value<number>('select count(*)::int from notes')

test('a note is created, changed and deleted', async () => {
  const ada = t.as(await user('Ada'))
  const created = await ada
    .visit('/notes')
    .click('New note')
    .submit('main form', { title: 'Milk', body: 'Two <b>bottles</b>' })
    .redirects()
    .text('[role=status]', 'Your note is saved.')
    .text('h1', 'Milk')
    .text('.text', 'Two <b>bottles</b>')
  const edited = await created
    .click('Edit')
    .attribute('#title', 'value', 'Milk')
    .submit('main form', { title: 'Oat milk' })
    .redirects()
    .text('h1', 'Oat milk')
    .text('.text', 'Two <b>bottles</b>')
  await ada.visit('/notes').count('.list li', 1).text('.list a', 'Oat milk')
  await edited.click('Delete').redirect('/notes')
  assert.equal(await countNotes(), 0)
})

test('a note without a title is not saved, and what was entered is shown again', async () => {
  const ada = t.as(await user('Ada'))
  await ada
    .visit('/notes/new')
    .submit('main form', { title: ' ', body: 'Two bottles' })
    .status(422)
    .text('#title-error', 'Enter a title.')
    .text('textarea', 'Two bottles')
  assert.equal(await countNotes(), 0)
})

test('users cannot see or change the notes of others', async () => {
  const [ada, grace] = [t.as(await user('Ada')), t.as(await user('Grace'))]
  const { url } = await ada.visit('/notes/new').submit('main form', { title: 'Milk', body: '' }).redirects()
  await ada.visit(url.pathname).status(200)
  await grace.visit('/notes').missing('.list li')
  await grace.visit(url.pathname).status(404)
  await grace.visit(`${url.pathname}/edit`).status(404)
})

test('the list takes one query, however long it is', async () => {
  const id = await user('Ada')
  await app.db.execute(
    `insert into notes (user_id, title, body) select $1, 'Note ' || n, '' from generate_series(1, 20) n`,
    [id],
  )
  // One finds the user, one the notes.
  await t.as(id).visit('/notes').count('.list li', 20).maxQueries(2)
})

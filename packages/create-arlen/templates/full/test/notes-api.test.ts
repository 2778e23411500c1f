import { afterEach, beforeEach, test } from 'node:test'
import type { Visitor } from '@arlen/testing'
import { openApp } from './open-app.ts'

const { t, app, db, user } = await openApp()
beforeEach(() => db.begin(app))
afterEach(() => db.rollback())

const NOTE = { title: 'Milk', body: 'Two bottles' }

/** As a script of a page sends it: with the token of the page. */
async function tokenOf(visitor: Visitor): Promise<string> {
  const { dom } = await visitor.visit('/notes')
  return dom.querySelector('[name=csrf_token]')?.getAttribute('value') ?? ''
}

test('notes are created, read, changed and deleted as JSON', async () => {
  const ada = t.as(await user('Ada'))
  const token = await tokenOf(ada)
  const created = await ada
    .post('/api/notes')
    .json(NOTE)
    .header('x-csrf-token', token)
    .status(201)
    .json('/title', 'Milk')
  const path = created.headers.get('location')!
  await ada.get('/api/notes').status(200).json('/notes/0/title', 'Milk')
  await ada
    .put(path)
    .json({ ...NOTE, title: 'Oat milk' })
    .header('x-csrf-token', token)
    .status(200)
  await ada.get(path).status(200).json('/title', 'Oat milk').json('/body', 'Two bottles')
  await ada.delete(path).header('x-csrf-token', token).status(204)
  await ada.get(path).status(404).problem('note_not_found')
})

test('needs a login, and for changes the token of a page', async () => {
  await t.get('/api/notes').status(401).problem('login_required')
  const ada = t.as(await user('Ada'))
  await ada.visit('/notes')
  await ada.post('/api/notes').json(NOTE).status(403).problem('csrf_token_missing')
})

test('says what is wrong with the input, and where', async () => {
  const ada = t.as(await user('Ada'))
  await ada
    .post('/api/notes')
    .json({ title: '', body: 7 })
    .header('x-csrf-token', await tokenOf(ada))
    .status(422)
    .problem('validation_failed')
    .json('/errors/0/path', '/body/title')
    .json('/errors/1/path', '/body/body')
  await ada.get('/api/notes/x').status(422)
  await ada.get('/api/notes/99999999999').status(422)
})

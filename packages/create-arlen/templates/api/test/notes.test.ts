import { afterEach, beforeEach, test } from 'node:test'
import { openApp } from './open-app.ts'

const { t, app, db, client } = await openApp()
beforeEach(() => db.begin(app))
afterEach(() => db.rollback())

const NOTE = { title: 'Milk', body: 'Two bottles' }

test('notes are created, read, changed and deleted', async () => {
  const ada = await client('ada@example.com')
  const created = await ada.post('/notes').json(NOTE).status(201).json('/title', 'Milk')
  const path = created.headers.get('location')!
  await ada.get('/notes').status(200).json('/notes/0/title', 'Milk').maxQueries(3)
  await ada
    .put(path)
    .json({ ...NOTE, title: 'Oat milk' })
    .status(200)
  await ada.get(path).status(200).json('/title', 'Oat milk').json('/body', 'Two bottles')
  await ada.delete(path).status(204)
  await ada.get(path).status(404).problem('note_not_found')
})

test('users cannot read or change the notes of others', async () => {
  const [ada, grace] = [await client('ada@example.com'), await client('grace@example.com')]
  const created = await ada.post('/notes').json(NOTE).status(201)
  const path = created.headers.get('location')!
  await grace.get('/notes').json('/notes', [])
  await grace.get(path).status(404)
  await grace.put(path).json(NOTE).status(404)
  await grace.delete(path).status(404)
  await t.get(path).status(401).problem('login_required')
})

test('says what is wrong with the input, and where', async () => {
  const ada = await client('ada@example.com')
  await ada
    .post('/notes')
    .json({ title: '', body: 7 })
    .status(422)
    .problem('validation_failed')
    .json('/errors/0/path', '/body/title')
    .json('/errors/1/path', '/body/body')
  await ada.get('/notes/99999999999').status(422)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openApp } from './open-app.ts'

const { t } = await openApp()

test('the document names the routes', async () => {
  const { json } = await t.get('/openapi.json').status(200).json('/info/title', 'App Name')
  const { paths } = json as { paths: object }
  for (const path of ['/notes', '/notes/{id}', '/users', '/users/login', '/users/logout', '/users/me'])
    assert.ok(path in paths, path)
})

import { after, test } from 'node:test'
import { testApp } from '@arlen/testing'
import app from './app.ts'

const t = await testApp(app)
after(() => t.close())

test('says hello', async () => {
  await t.visit('/').status(200).text('h1', 'Hello')
  await t.get('/hello/Ada').status(200).json({ hello: 'Ada' })
})
